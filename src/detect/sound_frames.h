/* Sound as eighty frames a second: what is heard at a moment, without yet saying what it is. For
 * the sound detectors only. */
#pragma once
#include "base/base.h"

#define SOUND_HOP 200          /* samples at SOUND_RATE: 12.5 ms from frame to frame */
#define SOUND_WINDOW 640       /* 40 ms: nearly three periods of the deepest voice */
#define SOUND_LONG_WINDOW 2048 /* 128 ms: to tell partials apart */
#define SOUND_LONG_EVERY 4     /* frames between two long ones */
#define SOUND_BANDS 16

struct sound_frame {
    float db;                 /* level from 100 to 7000 Hz, dBFS */
    float bands[SOUND_BANDS]; /* dB, equally wide to the ear */
    float harmonic;           /* 0..1: how far it repeats itself with the period of a voice */
    float pitch_hz;           /* of that period */
    float flatness_db;        /* 300 to 4000 Hz: 0 is noise, -20 and less clear tones */
    float centre;             /* of the spectrum, octaves above 100 Hz */
    float held;               /* 0..1: part of the energy in tones that keep their pitch */
    float begun;              /* such tones that began within the last 50 ms */
};

struct sound_partial {
    float hz, energy;
    int age;  /* long windows it has lasted */
    bool met; /* in the newest window */
};
#define SOUND_PARTIALS_MAX 48

struct kiss_fftr_state;

struct sound_frames {
    struct kiss_fftr_state *spectrum, *long_spectrum; /* owned: of kissfft */
    float window[SOUND_WINDOW], long_window[SOUND_LONG_WINDOW];
    float lag_weight[1024 / 2], octave_of[1024 / 2];
    uint8_t band_of[1024 / 2];
    float ring[SOUND_LONG_WINDOW]; /* the newest samples, the oldest first */
    struct sound_partial partials[SOUND_PARTIALS_MAX];
    int partials_len;
    int until_long;
    float held, begun; /* of the last long window */
};

/* Half-made on failure: sound_frames_done() takes it. */
MUST_USE bool sound_frames_init(struct sound_frames *f, struct error *err);
void sound_frames_done(struct sound_frames *f);
/* Forgets what was heard: a hole. */
void sound_frames_reset(struct sound_frames *f);
/* The next SOUND_HOP samples. The frame is about the window that ends with them. */
void sound_frames_take(struct sound_frames *f, const float *samples, struct sound_frame *ret);
