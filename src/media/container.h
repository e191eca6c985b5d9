/* Which containers are let in, told by their first bytes alone and not by libav's guess: nothing
 * that a stranger writes can choose a parser that is not in this table. For this folder only. */
#pragma once
#include "base/base.h"

#define CONTAINER_BYTES 12 /* are enough for most */
/* Formats without a head are known by packets that follow each other: three of 192 bytes, or two
 * of the longest frame of MP3. */
#define CONTAINER_BYTES_MAX 4096

struct container {
    const char *name, *demuxer;
    bool seek;  /* its header may stand at the end, or its streams one after the other */
    bool ahead; /* its header does not name the streams: packets must be read to know them */
};

/* NULL: not let in. `first` are the first bytes, up to CONTAINER_BYTES_MAX; fewer than
 * CONTAINER_BYTES_MAX are asked for first, and for some formats say nothing yet. */
const struct container *container_find(struct str first);
/* A sentence for people about something that is known and is no recording; "" else. Static. */
const char *container_refusal(struct str first);
