#include "base/log.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

void log_line(enum log_level level, const char *area, const char *format, ...)
{
    static const char *const names[] = {"", "error", "warning", "info"};
    char line[1024];
    int64_t now = clock_wall_us();
    time_t seconds = (time_t)(now / SECOND_US);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    size_t used = strftime(line, sizeof line, "%Y-%m-%dT%H:%M:%S", &tm);
    used += (size_t)snprintf(line + used, sizeof line - used, ".%03dZ %s %s: ",
                             (int)(now % SECOND_US / 1000), names[level], area);
    va_list args;
    va_start(args, format);
    int len = vsnprintf(line + used, sizeof line - used, format, args);
    va_end(args);
    used = len < 0 ? used : MIN(used + (size_t)len, sizeof line - 2);
    for (size_t i = 0; i < used; i++)
        if ((unsigned char)line[i] < ' ') /* a stranger's text must not forge a line */
            line[i] = '?';
    line[used++] = '\n';
    ssize_t ignored = write(STDERR_FILENO, line, used); /* one call: lines stay whole */
    (void)ignored;
}
