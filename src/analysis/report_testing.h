/* For tests of reports: a recording with two flags, one of them with a picture. */
#pragma once
#include "analysis/report.h"

/* 2 by 1 pixels, grey: enough of a JPEG for what reads no further than the frame's header. */
#define TESTING_JPEG_BYTES                                                                         \
    "\xff\xd8\xff\xc0\x00\x0b\x08\x00\x01\x00\x02\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00" \
    "\x3f\x00\x00\xff\xd9"
#define TESTING_JPEG ((struct str){TESTING_JPEG_BYTES, sizeof TESTING_JPEG_BYTES - 1})

#define TESTING_MODELS                                                                             \
    "{\"blazeface\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}"

static const struct flag testing_flags[] = {
    {.rule = RULE_NO_FACE,
     .severity = SEVERITY_MEDIUM,
     .from_us = 10500000,
     .to_us = 16000400,
     .confidence = 2.0 / 3,
     .samples = 12,
     .hits = 8,
     .numbers = "no face in 8 of 12 looks, 5.5 s",
     .best_us = 12500000},
    {.rule = RULE_SEVERAL_FACES,
     .severity = SEVERITY_HIGH,
     .from_us = 30100000,
     .to_us = 36000000,
     .confidence = 1,
     .samples = 12,
     .hits = 12,
     .numbers = "<2 faces & \"more\">",
     .best_us = 31000000},
};

static const struct report_picture testing_pictures[] = {
    {12500000, {TESTING_JPEG_BYTES, sizeof TESTING_JPEG_BYTES - 1}},
    {0},
};

static inline struct report_recording testing_recording(const char *name)
{
    return (struct report_recording){
        .name = name,
        .sha256 = "ab12",
        .bytes = 3066313,
        .duration_us = 59470000,
        .flags = testing_flags,
        .flags_len = ARRAY_LEN(testing_flags),
        .pictures = testing_pictures,
        .models = TESTING_MODELS,
        .isa = "avx2",
        .frames = 893,
        .damaged_packets = 3,
    };
}
