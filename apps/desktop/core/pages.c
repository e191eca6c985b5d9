#include "app_core/pages.h"

enum page page_of(enum phase phase, bool asking, bool removed)
{
    if (removed)
        return PAGE_GONE;
    switch (phase) {
    case PHASE_NONE:
    case PHASE_PAIR:
        return PAGE_PAIR;
    case PHASE_CONSENT:
        return PAGE_CONSENT;
    case PHASE_CHECKING:
    case PHASE_READY:
        return PAGE_CHECKS;
    case PHASE_MONITORING:
    case PHASE_STOPPED:
        return asking ? PAGE_ASK : PAGE_MONITOR;
    case PHASE_UPLOADING:
        return PAGE_UPLOAD;
    case PHASE_DONE:
        return PAGE_DONE;
    }
    return PAGE_PAIR;
}

bool page_is_small(enum page page) { return page >= PAGE_MONITOR; }
