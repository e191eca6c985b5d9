/* modules: identity
 *
 * A face scan as it may come back from a store, then looks made of the same bytes. What is accepted
 * is written again as the same bytes, and goes on by its rules. */
#include "identity/challenge.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(challenge_destroyp) struct challenge *c = NULL;
    CLEANUP(buf_done) struct buf b = {0};
    struct challenge_step before, step;
    struct face_look look;
    struct error err;
    const char *wrong;
    if (!challenge_read(str_bytes(data, size), &c, &err))
        return 0;
    challenge_write(c, &b);
    if (b.failed || b.len != size || memcmp(b.ptr, data, size) != 0)
        abort();
    challenge_ask(c, 0, &before);
    for (size_t i = 0; i < 8; i++) {
        memset(&look, 0, sizeof look);
        memcpy(&look, data + i % size, MIN(sizeof look, size - i % size));
        look.embedded = 0;
        if (!face_look_is_sound(&look, &wrong))
            continue;
        challenge_take(c, (int64_t)i * 300000, &look, &step);
        if ((step.done < before.done && step.done != 1) || step.done > step.of ||
            (before.state != CHALLENGE_SCANNING && step.state != before.state) ||
            (step.state == CHALLENGE_FAILED) != (step.reason[0] != '\0'))
            abort();
        before = step;
    }
    return 0;
}
