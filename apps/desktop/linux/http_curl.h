/* app_core/http.h by libcurl. */
#pragma once
#include "app_core/http.h"

MUST_USE bool http_curl_start(struct error *err); /* once, before any thread */
MUST_USE bool http_curl_create(const char *origin, struct http **ret, struct error *err);
