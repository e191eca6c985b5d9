/* The listening socket. Only for server/. */
#pragma once
#include "base/base.h"

/* `address` is numeric ("127.0.0.1", "::"); port 0 is any, *ret_port tells. */
MUST_USE bool listen_open(const char *address, uint16_t port, int *ret_fd, uint16_t *ret_port,
                          struct error *err);
