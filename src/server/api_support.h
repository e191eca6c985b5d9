/* The log of a conversation's messages, for other streams that tell it, too. Only for server/. */
#pragma once
#include "server/events.h"

extern const struct event_log api_support_thread_log; /* its key is the thread */
