/* The headers that every answer carries, so that no handler can forget them. Only for server/. */
#pragma once
#include "server/http.h"

/* Sets what is not set yet; `path` decides who may frame the answer. */
void security_headers(struct response *r, struct str path, bool https);
