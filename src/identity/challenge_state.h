/* What a challenge remembers from look to look. For the files of this folder only. */
#pragma once
#include "identity/challenge.h"

struct challenge_straight { /* the candidate's own straight pose, of so many looks */
    int32_t looks;
    float yaw, pitch, size;
    float points[FACE_LOOK_POINTS][2];
    struct face_embedding embedding; /* of unit length */
};
struct challenge_before { /* of the look before */
    int32_t known;
    int64_t time_us;
    float x, y, width, height, yaw;
    uint8_t picture[FACE_LOOK_ROWS][FACE_LOOK_COLUMNS];
    float points[FACE_LOOK_POINTS][2];
};
struct challenge {
    int32_t state;                   /* enum challenge_state */
    int32_t reason;                  /* enum challenge_failure */
    int32_t prompts[CHALLENGE_OF];   /* enum challenge_prompt, in order */
    int32_t again[CHALLENGE_OF];     /* in their place after a wrong turn */
    int32_t pauses_ms[CHALLENGE_OF]; /* after each, back at straight, before the next is shown */
    int32_t at;                      /* the prompt of the moment; 0 and returning: to begin again */
    int32_t returning;               /* 1: the head has to come back to straight first */
    int32_t held;                    /* looks in a row that did as they were asked */
    int32_t wrong_held, other_held;  /* that turned the wrong way, that were somebody else */
    int32_t same_held;               /* that were the look before, number for number */
    int32_t wrong_turns, jumps, looks, blinks;
    int32_t eyes_shut;
    int64_t now_us, expires_us;
    int64_t back_us;                  /* since when it has been back at straight; 0: it has not */
    float best;                       /* of the straight pictures kept */
    float open;                       /* eyes, as they usually are */
    float likeness, relief, stirring; /* struct challenge_evidence */
    struct challenge_straight straight;
    struct challenge_before before;
};
enum challenge_failure {
    CHALLENGE_FAILURE_NONE = 0,
    CHALLENGE_FAILURE_TIME,
    CHALLENGE_FAILURE_WRONG_TURNS,
    CHALLENGE_FAILURE_OTHER_PERSON,
    CHALLENGE_FAILURE_JUMPS,
    CHALLENGE_FAILURE_STANDING,
    CHALLENGE_FAILURE_FLAT,
    CHALLENGE_FAILURES,
};
