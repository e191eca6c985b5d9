/* Lines on standard error: "2026-01-31T12:00:00.000Z level area: message". Only apps/ and the
 * worker loops log; libraries return errors. Never names, tokens or pictures. Any thread. */
#pragma once
#include "base/base.h"

enum log_level { LOG_LEVEL_NONE = 0, LOG_ERROR, LOG_WARNING, LOG_INFO };

void log_line(enum log_level level, const char *area, const char *format, ...) PRINTF_LIKE(3, 4);
