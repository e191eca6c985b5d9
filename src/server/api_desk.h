/* What a support agent sees of the candidates' sessions; rows of the table in api_support.c. */
#pragma once
#include "server/router.h"

#define ROLE_DESK (ROLE_SUPPORT | ROLE_STAFF)

route_handler desk_get_sessions, desk_get_session, desk_get_audit;
