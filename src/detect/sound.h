/* From the sound of a recording to observations, one for each half second. What breaks a rule is
 * decided later. No models, no files; everything is allocated by sound_detect_create(). */
#pragma once
#include "base/base.h"

#define SOUND_OBSERVATION_US 500000
#define SOUND_DB_MIN (-120.0F) /* nothing at all */

/* Plain data without pointers: it crosses a pipe between processes of one build as it is. Levels
 * are of the mean of the channels, dBFS: 0 is the mean square of a full square wave. */
struct sound_observation {
    int64_t time_us; /* its beginning: a multiple of SOUND_OBSERVATION_US */
    float rms_db, peak_db;
    float loudness; /* LUFS, the loudest 400 ms that end within it (ITU-R BS.1770); of 0 to 8 kHz */
    float median_db;     /* of its 12.5 ms pieces, 100 to 7000 Hz: what lasts, not clicks */
    float swing_db;      /* how much louder the loudest tenth of them is than that */
    float background_db; /* the quietest tenth of the last 8 s */
    float range;         /* between its highest and lowest sample; full scale is 2 */
    float hum;    /* 0..1: how far it repeats itself every tenth of a second, as mains hum does */
    float speech; /* 0..1: somebody speaks */
    float music;  /* 0..1: music, or a television's */
};

struct sound_ear {
    bool (*heard)(void *context, const struct sound_observation *o, struct error *err);
    void *context;
};

struct sound_detect; /* one thread at a time */
MUST_USE bool sound_detect_create(const struct sound_ear *ear, struct sound_detect **ret,
                                  struct error *err);
/* The next samples: one channel, 16 kHz, -1..1. `time_us` of the first never before the end of the
 * samples before; later is a hole. Observations come about 1.3 s late, with times that rise; of
 * half seconds with less than half of their sound there is none. */
MUST_USE bool sound_detect_take(struct sound_detect *d, int64_t time_us, const float *samples,
                                size_t len, struct error *err);
/* No more sound: the last observations. */
MUST_USE bool sound_detect_end(struct sound_detect *d, struct error *err);
void sound_detect_destroy(struct sound_detect *d); /* NULL is fine */
void sound_detect_destroyp(struct sound_detect **d);
