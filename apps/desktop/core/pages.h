/* Which page the window shows: the same on every platform. Pure. */
#pragma once
#include "app_core/sitting.h"

enum page {
    PAGE_NONE = 0,
    PAGE_PAIR,
    PAGE_CONSENT,
    PAGE_CHECKS,
    PAGE_MONITOR,
    PAGE_ASK, /* "Upload the exam?" */
    PAGE_UPLOAD,
    PAGE_DONE,
    PAGE_GONE, /* what "Uninstall" has removed */
    PAGES,
};

/* `asking`: "End" was pressed, and neither "Yes" nor "No" yet. */
enum page page_of(enum phase phase, bool asking, bool removed);
/* The window lies small at the lower right. */
bool page_is_small(enum page page);
