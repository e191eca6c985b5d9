/* What a decoder child, or an examiner, says to its parent: messages of a length, a type and a
 * payload, little endian. The child has read a stranger's bytes and may have been taken over by
 * them, so the parent believes nothing: every length has a limit by its type, every value a range
 * (fields.h), and the first thing out of order ends the conversation. Private to this folder, and
 * fuzzed. */
#pragma once
#include "analysis/fields.h"
#include "base/buf.h"
#include "identity/document.h"
#include "identity/face_look.h"

enum message_type {
    MESSAGE_NONE = 0,
    MESSAGE_READY,       /* the sandbox is closed; models and instruction set */
    MESSAGE_INFO,        /* the recording's header was read */
    MESSAGE_PICTURE,     /* a thumbnail; the look it belongs to follows at once */
    MESSAGE_OBSERVATION, /* one look */
    MESSAGE_PROGRESS,
    MESSAGE_HEAD,  /* of a seekable WebM */
    MESSAGE_END,   /* the last one of a good run */
    MESSAGE_ERROR, /* the last one of a bad run */
    MESSAGE_SOUND, /* half a second of sound; between looks as it is met */
    MESSAGE_STAGE, /* where CPU time went; before the end, when it was asked for */
    MESSAGE_STILL, /* how it looks just now, for those who watch; of no use to the rules */
    /* An examiner's answers (examine.h); it says READY and ERROR, too. */
    MESSAGE_FACE,
    MESSAGE_FACTS,
    MESSAGE_GUIDANCE,
    MESSAGE_TYPES,
};

#define MESSAGE_HEADER_SIZE 8
#define MESSAGE_JPEG_MAX ((size_t)256 << 10)
#define MESSAGE_PAYLOAD_MAX                                                                        \
    ((size_t)4 << 20)            /* a head: 64 KiB and 65536 cues of up to 40 bytes                \
                                  */
#define MESSAGE_PICTURE_SIDE 320 /* pixels; enough to recognise, small to keep */
#define MESSAGE_SCREEN_SIDE 640  /* of a screen: its windows can be told apart */
#define MESSAGE_TIME_MAX_US FIELD_TIME_MAX_US
#define MESSAGE_TEXT_MAX 4096

struct message {
    enum message_type type;
    struct str payload; /* borrowed */
};
struct message_ready {
    struct str isa, models; /* models: a JSON object of names and SHA-256 in hex */
};
struct message_info {
    int64_t duration_us; /* as the container claims; -1 when it does not say */
};
struct message_progress {
    int64_t time_us;
    uint64_t bytes;
};
struct message_stage {
    int64_t cpu_us;
    uint64_t entries; /* how often it was entered */
    char name[32];    /* NUL at the end */
};
struct message_end {
    int64_t duration_us;
    uint64_t frames, damaged_packets, time_jumps;
};

/* The first message in `bytes`. *ret_used is its size in all; 0 when it is not whole yet. */
MUST_USE bool message_next(struct str bytes, struct message *ret, size_t *ret_used,
                           struct error *err);

MUST_USE bool message_read_ready(struct str payload, struct message_ready *ret, struct error *err);
MUST_USE bool message_read_info(struct str payload, struct message_info *ret, struct error *err);
MUST_USE bool message_read_observation(struct str payload, struct observation *ret,
                                       struct error *err);
MUST_USE bool message_read_sound(struct str payload, struct sound_observation *ret,
                                 struct error *err);
/* Of a picture and of a still. */
MUST_USE bool message_read_picture(struct str payload, int64_t *ret_time_us, struct str *ret_jpeg,
                                   struct error *err);
MUST_USE bool message_read_progress(struct str payload, struct message_progress *ret,
                                    struct error *err);
MUST_USE bool message_read_head(struct str payload, uint64_t *ret_skip, struct str *ret_head,
                                struct error *err);
MUST_USE bool message_read_stage(struct str payload, struct message_stage *ret, struct error *err);
MUST_USE bool message_read_face(struct str payload, struct face_look *ret, struct error *err);
MUST_USE bool message_read_facts(struct str payload, struct document_facts *ret, struct error *err);
MUST_USE bool message_read_guidance(struct str payload, enum document_guidance *ret,
                                    struct error *err);
MUST_USE bool message_read_end(struct str payload, struct message_end *ret, struct error *err);
/* What the child says went wrong, made fit to be shown; always an error. */
void message_read_error(struct str payload, struct error *ret);

/* The child's side: each writes one whole message. */
MUST_USE bool message_send(int fd, enum message_type type, struct str first, struct str second,
                           struct error *err);
MUST_USE bool message_send_error(int fd, const struct error *what, struct error *err);
