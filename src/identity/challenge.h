/* Is there a living person before the camera, doing now what is asked now? A challenge asks, one
 * after the other and in an order nobody can know before, to look straight, turn left and right,
 * look up, come closer; it takes what was seen (face_look.h), a few times a second, and says what
 * to do next.
 *
 * A photograph cannot turn; a clip turns at the wrong time or the wrong way; a mask of another face
 * is another person. What it cannot tell: a face that is drawn live by a computer.
 *
 * Pure and without a clock: times are given, and rise. Its state lives in bytes between looks. Left
 * and right are the candidate's own. */
#pragma once
#include "base/buf.h"
#include "identity/face_look.h"

enum challenge_prompt {
    CHALLENGE_PROMPT_NONE = 0,
    CHALLENGE_LOOK_STRAIGHT,
    CHALLENGE_TURN_LEFT,
    CHALLENGE_TURN_RIGHT,
    CHALLENGE_LOOK_UP,
    CHALLENGE_COME_CLOSER,
    CHALLENGE_PROMPTS,
};
enum challenge_guidance {
    CHALLENGE_GUIDANCE_NONE = 0,
    CHALLENGE_NO_FACE,
    CHALLENGE_SEVERAL_FACES,
    CHALLENGE_CLOSER,
    CHALLENGE_FARTHER,
    CHALLENGE_CENTER,
    CHALLENGE_MORE_LIGHT,
    CHALLENGE_LESS_LIGHT,
    CHALLENGE_BLURRED,
    CHALLENGE_STRAIGHTEN, /* "look-straight" */
    CHALLENGE_HOLD,
    CHALLENGE_OK,
    CHALLENGE_GUIDANCES,
};
enum challenge_state {
    CHALLENGE_NONE = 0,
    CHALLENGE_SCANNING,
    CHALLENGE_READY,  /* all done: for good */
    CHALLENGE_FAILED, /* for good; a new one has to be begun */
    CHALLENGE_STATES,
};
/* What the picture of this look is good for. */
enum challenge_keep {
    CHALLENGE_KEEP_NONE = 0,
    CHALLENGE_KEEP_STRAIGHT, /* the best one into the camera: in place of one kept before */
    CHALLENGE_KEEP_POSE,     /* the first of the pose `prompt_kept` */
};
/* As in the protocol: "turn-left", "no-face", "scanning"; NULL for none. */
const char *challenge_prompt_name(enum challenge_prompt prompt);
const char *challenge_guidance_name(enum challenge_guidance guidance);
const char *challenge_state_name(enum challenge_state state);

#define CHALLENGE_OF 5 /* prompts in all, the first one straight */
#define CHALLENGE_REASON_MAX 160
struct challenge_step {
    enum challenge_state state;
    enum challenge_prompt prompt; /* of the moment; none when it is over */
    enum challenge_guidance guidance;
    int done, of;                      /* after a wrong turn it is 1 again */
    int64_t expires_us;                /* of the prompt of the moment */
    char reason[CHALLENGE_REASON_MAX]; /* why it failed, with what to do; else empty */
    enum challenge_keep keep;
    enum challenge_prompt prompt_kept; /* of CHALLENGE_KEEP_POSE */
};
struct challenge_evidence { /* for those who look at it later */
    int looks, wrong_turns, blinks;
    float likeness; /* the least of any pose to the straight one; -1: none yet */
    float relief;   /* the least by which a turn was that of a solid head (challenge.c) */
    float stirring; /* how much the face moved by itself */
};

struct challenge; /* one thread at a time */
/* `seed` is of a generator that nobody can guess. */
MUST_USE bool challenge_create(uint64_t seed, int64_t now_us, struct challenge **ret,
                               struct error *err);
/* The next look. A time that does not rise is the time before. */
void challenge_take(struct challenge *c, int64_t now_us, const struct face_look *look,
                    struct challenge_step *ret);
/* Without a look: how it stands, and whether its time is over. */
void challenge_ask(struct challenge *c, int64_t now_us, struct challenge_step *ret);
void challenge_evidence(const struct challenge *c, struct challenge_evidence *ret);
/* The embedding of the straight pose, of all its looks: false before there is one. */
bool challenge_embedding(const struct challenge *c, struct face_embedding *ret);
void challenge_destroy(struct challenge *c); /* NULL is fine; wipes it */
void challenge_destroyp(struct challenge **c);

/* Biometric data: seal them. Appends. */
void challenge_write(const struct challenge *c, struct buf *to);
/* Checked as a stranger's bytes; ERROR_UNSUPPORTED: of another version. */
MUST_USE bool challenge_read(struct str bytes, struct challenge **ret, struct error *err);
