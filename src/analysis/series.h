/* What was measured along a session, drawn small: the time is cut into buckets of one length, and
 * each tells the least and the most of what was measured within it, so that a graph of any width
 * loses no peak. Values are those of the tracks (track.h), nothing is judged here. */
#pragma once
#include "analysis/track.h"

#define SERIES_BUCKETS_MAX 1200

/* `n` is 0 where nothing was measured: then the rest says nothing. */
struct series_span {
    uint32_t n;
    float least, most;
};
struct series_bucket {
    struct series_span level;    /* dBFS, of half seconds */
    struct series_span faces;    /* how many are in view */
    struct series_span enrolled; /* the likeness to the enrolled face, -1..1 */
    struct series_span earlier;  /* and to the one first seen in the same recording */
    uint32_t unchecked;          /* looks with a face that could not be compared */
};
struct series {
    int64_t from_us, bucket_us;    /* of the clock that `start_us` below is of; bucket_us > 0 */
    size_t len;                    /* buckets; at most SERIES_BUCKETS_MAX */
    struct series_bucket *buckets; /* the caller's, all zero before the first */
};

/* Adds a recording that began at `start_us`. What lies outside the series is left out. */
MUST_USE bool series_add(struct series *s, struct track_reader *track, int64_t start_us,
                         struct error *err);
