/* Detectors: from frames to observations. An observation is what was measured at one moment; what
 * breaks a rule is decided later, from the exam's policy (analysis/rules.h).
 *
 * One detector a file, a row in the table of detect.c. All models and buffers are made by
 * detect_create(), before the sandbox is closed. */
#pragma once
#include "detect/screen_words.h"
#include "media/frame.h"

#define DETECT_FACES_MAX 16

struct detect_face {
    float x, y, width, height; /* of the frame: 0..1 */
    float score;               /* 0..1, the face detector's */
    float mesh_score;          /* 0..1, the face mesh's: may be low when half hidden */
};

/* What the object model is asked for. A phone may be a remote control as well: the model takes one
 * for the other. A screen is a monitor or a television, not a laptop's. */
enum object_kind {
    OBJECT_NONE = 0,
    OBJECT_PERSON,
    OBJECT_PHONE,
    OBJECT_BOOK,
    OBJECT_LAPTOP,
    OBJECT_SCREEN,
    OBJECT_KINDS,
};
#define DETECT_OBJECTS_MAX 16

struct detect_object {
    int32_t kind;              /* enum object_kind */
    float x, y, width, height; /* of the frame: 0..1; may reach out of it */
    float score;               /* 0..1, the object model's, in the last look that saw it */
    float keypad; /* 0..1: the score as a remote control, of a phone: keys like a calculator's */
};
/* Things confirmed by several looks. The object model looks every few seconds and when something
 * changed; between its looks the last answer stands. */
struct detect_objects {
    int32_t len; /* -1: not looked for, or not yet */
    struct detect_object list[DETECT_OBJECTS_MAX]; /* by kind, the surest of a kind first */
    float age_s; /* since the object model looked last; -1 with len */
};

/* The largest face's head, from its mesh. Rules see yaw, pitch, gaze and eyes against this
 * candidate's usual ones (analysis/calibration.h). */
struct detect_head {
    int32_t known;          /* 1: the numbers below are those of a face; 0: there is none to tell */
    float yaw, pitch, roll; /* degrees; turned to the picture's right, down, clockwise are > 0 */
    float inside;           /* 0..1: part of the mesh that lies within the frame */
    float eyes[2]; /* 0..4: height over width of the eye at the picture's left, at its right */
    float mouth;   /* 0..4: the same of the opening between the lips */
    float gaze;    /* of the eyes within the head, in widths of the eye, right > 0; -9: unknown */
};
/* Is there light and focus enough to judge the picture by? -1: it could not be told. */
struct detect_clarity {
    float white;           /* 0..1: part of the picture that is as bright as can be */
    float face_white;      /* the same of the largest face */
    float face_sharpness;  /* 0..1: how steep edges are in it and close to it; 0.125 is a slope */
    float sharpness;       /* the same of the picture, where no face could tell */
    float face_luma;       /* 0..1: of the brightest tenth of it */
    float around_luma;     /* 0..1: three quarters of what is around it are darker */
};
struct detect_loop {
    float period_s;  /* a stretch so long is shown again and again; -1: none known */
    float matched_s; /* for so long each picture has been the one of a period before */
};
struct detect_still {
    float seconds;    /* so long the largest face has been one flat picture; -1: unknown */
    float difference; /* from that picture, at its worst parts, in its gradients; -1: unknown */
    float moved;      /* how far it was moved in that time: 1 is its own size */
};

/* Of a look with nobody in view: is it a drawn picture, as a virtual camera's card? */
struct detect_drawn {
    float part;     /* 0..1: of the picture that is of single levels of brightness; -1: unknown */
    float contrast; /* 0..1: between the darkest and the brightest of them */
};

/* Who is in view (identity/watch.h): the likeness of the face to one that is known. */
enum identity_state {
    IDENTITY_NONE = 0,  /* nobody in view, or nobody to compare with (yet) */
    IDENTITY_UNCHECKED, /* a face, but too poor, or too many, to be judged: no sign of anything */
    IDENTITY_MATCH,
    IDENTITY_UNSURE,
    IDENTITY_MISMATCH,
    IDENTITY_STATES,
};
struct detect_likeness {
    int32_t state;    /* enum identity_state; it stands from one comparison to the next */
    int32_t samples;  /* comparisons behind `similarity`; 0: there is none */
    float similarity; /* their median, -1..1 */
    float since_s;    /* of a mismatch: how long ago the first comparison behind it was */
};
struct detect_identity {
    struct detect_likeness enrolled; /* to the enrolled person */
    struct detect_likeness earlier;  /* to who was first seen in this stream */
    int32_t fault; /* enum face_fault (identity/face.h): why it is unchecked, if for the picture */
};
#define IDENTITY_SINCE_MAX_S 3600

/* Of the recording of a screen (screen.c), looked at once a second. */
struct detect_screen_word {
    int32_t id;                /* detect/screen_words.h */
    int32_t kind;              /* enum screen_kind */
    float x, y, width, height; /* of the line it is in, of the frame: 0..1 */
};
#define DETECT_SCREEN_WORDS_MAX 8
#define DETECT_SCREEN_SHOWN_MAX_S 3.0
struct detect_screen {
    int32_t known;  /* 1: this is a look at a screen, and nothing else is told */
    float black;    /* 0..1: part of the picture that is black */
    float stirred;  /* 0..1: part of it that changed since the look before; -1: not comparable */
    float replaced; /* 0..1: part with another ground than in the last settled picture; 0 when it
                       was scrolled; -1: unsettled, or the first */
    float still_s;  /* since a clock that was seen running on the screen ran; -1: no clock known */
    float shown_s;     /* so long, 0..3, the text that was read last has been shown */
    int32_t words_len; /* -1: not read (yet) */
    struct detect_screen_word words[DETECT_SCREEN_WORDS_MAX]; /* of kinds that are there */
};

/* Plain data without pointers: it crosses a pipe between processes of one build as it is. */
struct observation {
    int64_t time_us;
    /* Confirmed faces, the largest first, after them those that an edge cuts in half; -1 when the
     * look was not taken. */
    int32_t faces_len;
    struct detect_face faces[DETECT_FACES_MAX];
    float luma_mean;      /* 0..1 from black to white */
    float luma_deviation; /* standard deviation over the parts of the picture, 0..1 */
    float detail;         /* 0..1: how far parts differ from those around: low when covered */
    float redness;        /* -0.5..0.5: mean Cr; light through a finger is red */
    /* Against the sample before; -1 for the first, and when the size of the picture changed. */
    float motion;      /* mean absolute difference of luma of small parts, 0..1 */
    float motion_peak; /* the largest of those differences: a still person stirs somewhere */
    float changed;     /* part of the single pixels (0..1) that differ at all */
    struct detect_head head;
    struct detect_clarity clarity;
    struct detect_loop loop;
    struct detect_still still;
    struct detect_drawn drawn;
    struct detect_objects objects;
    struct detect_identity identity;
    struct detect_screen screen;
};

#define DETECT_LANDMARKS 468
struct detect_landmark {
    float x, y, z; /* pixels of the frame; z in the same unit, smaller is nearer to the camera */
};

struct detect;
struct stages;
struct detect_screen_options {
    bool on;    /* the recording is of a screen: this instead of all the others */
    bool words; /* text is read */
    const char (*own)[SCREEN_WORD_MAX]; /* the exam's forbidden words; borrowed for the call */
    size_t own_len;
};
/* What the rules in force ask for: a detector that nobody asks is not even made. */
struct detect_options {
    uint32_t objects; /* a bit 1 << kind for each enum object_kind; 0: no object model */
    bool single;      /* each look is of a picture of its own: no other one has any part in it */
    bool head, gaze;  /* gaze: the model of the iris, on top of head */
    bool clarity, loop, drawn;
    double still_limit; /* of detect_still.difference: more is another picture; 0: not looked for */
    struct detect_screen_options screen;
    struct stages *stages; /* base/stages.h; borrowed by the detectors; NULL: no times are taken */
};
#define DETECT_OBJECTS_ALL (((1u << OBJECT_KINDS) - 1) & ~1u)
/* Every detector, for everything. */
MUST_USE bool detect_create(const char *models_folder, struct detect **ret, struct error *err);
MUST_USE bool detect_create_wanted(const char *models_folder, const struct detect_options *options,
                                   struct detect **ret, struct error *err);
/* The faces only, of single pictures, as of an enrolment, beside a stream's own detectors. The rest
 * of its observations is zero. */
MUST_USE bool detect_create_faces(const char *models_folder, struct detect **ret,
                                  struct error *err);
/* Looks at one frame. Call with times that rise. */
MUST_USE bool detect_look(struct detect *d, struct frame *f, struct observation *ret,
                          struct error *err);
/* A frame between looks, for what has to see more of them (loop.c): cheap. Times rise over looks and
 * glances together. */
void detect_glance(struct detect *d, const struct frame *f);
bool detect_wants_glances(const struct detect *d);
/* The mesh of face `i` of the last look's observation (canonical MediaPipe numbering: 33 and 133
 * are the corners of the eye at the picture's left, 263 and 362 of the other, 61 and 291 of the
 * mouth); NULL when there is no such face. Borrowed until the next look. Of use only where the
 * face's mesh_score is high: of a face the mesh denies it is a guess. */
const struct detect_landmark *detect_landmarks(const struct detect *d, int i);
/* Name and SHA-256 of each model in use, as JSON text {"blazeface": "..."}; borrowed. */
const char *detect_models(const struct detect *d);
void detect_destroy(struct detect *d);
void detect_destroyp(struct detect **d);

#define DETECT_GLANCE_US 40000 /* from glance to glance: 25 a second */
#define DETECT_INTERVAL_US 500000 /* two looks a second: a glance of a second is seen twice */
#define DETECT_SCREEN_INTERVAL_US (2 * DETECT_INTERVAL_US)
