/* app_core/http.h by WinHTTP: the proxy and the authorities of Windows. */
#pragma once
#include "app_core/http.h"

MUST_USE bool http_winhttp_create(const char *origin, struct http **ret, struct error *err);
