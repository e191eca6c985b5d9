/* While somebody is heard: does the mouth in view move? Looks and sounds come with times of their
 * own, in any order, so nothing here depends on which came first: what is said of a span at the end
 * of the recording is the same live, in batch and from a track.
 *
 * A mouth moved when its opening (detect_head.mouth) differs by MOUTH_MOVED from the look before.
 * Looks are half a second apart, so a mouth that speaks is caught in a part of them: in clips of
 * ten people who talk in 0.40 to 0.73 (0.32 and 0.21 of one in bad light and one behind a hand), of
 * ten who do not in 0 to 0.22 (who turn their heads most). Between the two nothing is concluded. */
#pragma once
#include "detect/detect.h"

#define MOUTH_MOVED 0.05F
#define MOUTH_LOOKS_MIN 8 /* four seconds; fewer say nothing */
#define MOUTH_SPEAKS 0.40
#define MOUTH_RESTS 0.12

struct mouth_watch { /* all zero is ready */
    struct mouth_look {
        int64_t time_us;
        float opening; /* of the largest face; -1: none to tell */
    } * looks;         /* owned */
    size_t len, room;
};
/* Times rise. */
MUST_USE bool mouth_note(struct mouth_watch *w, const struct observation *o, struct error *err);
void mouth_done(struct mouth_watch *w);

struct mouth_moves {
    uint32_t looks, moved; /* looks whose mouth could be compared with the look before */
};
/* In looks from `from_us` to before `to_us`. */
struct mouth_moves mouth_between(const struct mouth_watch *w, int64_t from_us, int64_t to_us);
/* "; the mouth in view moved in 9 of 14 looks, as of somebody who speaks" or, at rest, "...:
 * another voice is likelier"; nothing where there are too few looks. Appends to the NUL-ended text
 * in `to`. */
void mouth_words(struct mouth_moves m, char *to, size_t size);
