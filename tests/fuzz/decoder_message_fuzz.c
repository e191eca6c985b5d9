/* modules: analysis
 *
 * A decoder child that was taken over says whatever it likes. The first byte of the input chooses
 * how the rest is cut into pieces. */
#include "analysis/listener.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void heard_flag(void *context, uint32_t index, const struct flag *flag)
{
    uint32_t *flags = context;
    if (index > *flags || flag->from_us < 0 || flag->to_us < flag->from_us ||
        flag->hits > flag->samples || !(flag->confidence >= 0 && flag->confidence <= 1))
        abort();
    if (index == *flags)
        ++*flags;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t flags = 0;
    struct policy policy;
    struct error err;
    const struct follow_events events = {.flag = heard_flag, .context = &flags};
    CLEANUP(listener_destroyp) struct listener *l = NULL;
    if (size == 0 || !policy_builtin(STR("strict"), &policy, &err) ||
        !listener_create(&policy, &events, &l, &err))
        return 0;
    size_t piece = (size_t)data[0] * 16 + 1;
    for (size_t at = 1; at < size; at += piece)
        if (!listener_take(l, str_bytes(data + at, MIN(piece, size - at)), &err))
            return 0;
    if (listener_has_ended(l) && !listener_is_ready(l))
        abort();
    return 0;
}
