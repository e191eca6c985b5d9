/* The scanner waits until it has the bytes an element needs (its head, or a few of its content, or
 * all of a small one), takes a step, and passes over the rest; so any split of the input gives the
 * same index. What breaks the format inside a recording is left behind by looking for the next
 * cluster.
 *
 * MediaRecorder starts a cluster a second, but a key frame every seven; a cue stands for the first
 * key frame of a cluster, wherever in it that is. */
#include "media/webm_index.h"

#include "media/ebml.h"

#include <stdlib.h>
#include <string.h>

#define TRACKS_MAX 16
#define TRACK_VIDEO 1                   /* TrackType */
#define ELEMENT_MAX (UINT64_C(1) << 30) /* a block or an unknown element; else it is damage */
#define TIME_MAX (INT64_C(1) << 52)     /* in timestamp units */
#define SCALE_DEFAULT UINT64_C(1000000) /* nanoseconds a unit */
#define SCALE_MAX UINT64_C(1000000000)
#define BLOCK_HEAD_MAX 11 /* track number, relative time, flags */
#define CUE_SIZE 44       /* bytes of a CuePoint as written here */

enum level { IN_FILE = 0, IN_SEGMENT, IN_CLUSTER, IN_GROUP, LEVELS };

struct track {
    uint64_t number, type, default_duration_ns;
    int64_t last, step, end; /* timestamp units: last block, distance to the one before, end */
    bool begun;
};
struct block {
    bool there, key, referring; /* a group with a reference is no key frame */
    uint64_t at, track, duration;
    int64_t time; /* relative to the cluster's */
};
struct cue {
    int64_t time;
    uint64_t cluster, relative; /* absolute offset; of the block in the cluster's content */
};
struct webm_index {
    struct buf pending; /* bytes of the element that begins at `at` */
    size_t need;        /* how many of them the next step wants */
    uint64_t at, skip;
    bool hopeless, no_memory;
    bool lost;        /* looking for the next cluster */
    uint32_t rolling; /* the last four bytes while lost */

    enum level level;
    uint64_t ends[LEVELS]; /* absolute; EBML_SIZE_UNKNOWN */

    struct buf ebml, info, tracks; /* whole elements as they were; empty until seen */
    uint64_t scale_ns;
    bool has_duration, has_cues;
    struct track track[TRACKS_MAX];
    size_t tracks_len;
    uint64_t cue_track;

    uint64_t clusters, first_cluster;
    uint64_t cluster_at, cluster_content;
    int64_t cluster_time; /* -1 until it is known */
    bool cluster_cued;
    struct block group; /* the block of the group we are in */

    struct cue *cues; /* owned */
    size_t cues_len, cues_capacity;
    uint64_t key_clusters, cue_every; /* every so many of them gets a cue */
};

bool webm_index_create(struct webm_index **ret, struct error *err)
{
    struct webm_index *x = calloc(1, sizeof *x);
    if (!x)
        return error_no_memory(err);
    buf_init(&x->pending, WEBM_HEAD_MAX + EBML_ELEMENT_HEAD_MAX);
    x->need = 2;
    x->scale_ns = SCALE_DEFAULT;
    x->cluster_time = -1;
    x->cue_every = 1;
    x->ends[IN_FILE] = EBML_SIZE_UNKNOWN;
    *ret = x;
    return true;
}

void webm_index_destroy(struct webm_index *x)
{
    if (!x)
        return;
    buf_done(&x->pending);
    buf_done(&x->ebml);
    buf_done(&x->info);
    buf_done(&x->tracks);
    free(x->cues);
    free(x);
}

void webm_index_destroyp(struct webm_index **x) { webm_index_destroy(*x); }

static struct str content_of(const struct buf *whole)
{
    struct ebml_element element;
    size_t need;
    if (ebml_element(buf_str(whole), &element, &need) != EBML_GOT)
        return (struct str){0};
    return str_slice(buf_str(whole), element.head_len, whole->len);
}

/* ---- what the head says ---- */

static void read_info(struct webm_index *x)
{
    struct str rest = content_of(&x->info), content;
    struct ebml_element child;
    while (ebml_next_child(&rest, &child, &content)) {
        if (child.id == ID_SCALE)
            x->scale_ns = ebml_number(content);
        else if (child.id == ID_DURATION)
            x->has_duration = true;
    }
    if (x->scale_ns < 1 || x->scale_ns > SCALE_MAX)
        x->hopeless = true;
}

static void read_tracks(struct webm_index *x)
{
    struct str rest = content_of(&x->tracks), entry, content;
    struct ebml_element element, child;
    while (x->tracks_len < TRACKS_MAX && ebml_next_child(&rest, &element, &entry)) {
        if (element.id != ID_TRACK)
            continue;
        struct track track = {0};
        while (ebml_next_child(&entry, &child, &content)) {
            if (child.id == ID_TRACK_NUMBER)
                track.number = ebml_number(content);
            else if (child.id == ID_TRACK_TYPE)
                track.type = ebml_number(content);
            else if (child.id == ID_DEFAULT_DURATION)
                track.default_duration_ns = ebml_number(content);
        }
        x->track[x->tracks_len++] = track;
    }
    x->cue_track = x->tracks_len ? x->track[0].number : 0;
    for (size_t i = x->tracks_len; i-- > 0;)
        if (x->track[i].type == TRACK_VIDEO)
            x->cue_track = x->track[i].number; /* in the end the first video */
}

/* ---- blocks ---- */

static void add_cue(struct webm_index *x, struct cue cue)
{
    if (x->cues_len && cue.time <= x->cues[x->cues_len - 1].time)
        return; /* time went back; a player could not use it */
    if (x->key_clusters++ % x->cue_every)
        return;
    if (x->cues_len == WEBM_CLUSTERS_MAX) {
        for (size_t i = 0; i < WEBM_CLUSTERS_MAX / 2; i++)
            x->cues[i] = x->cues[2 * i];
        x->cues_len = WEBM_CLUSTERS_MAX / 2;
        x->cue_every *= 2;
    }
    if (x->cues_len == x->cues_capacity) {
        size_t capacity = MAX(64, x->cues_capacity * 2);
        struct cue *cues = realloc(x->cues, capacity * sizeof *cues);
        if (!cues) {
            x->no_memory = true;
            return;
        }
        x->cues = cues;
        x->cues_capacity = capacity;
    }
    x->cues[x->cues_len++] = cue;
}

static void take_block(struct webm_index *x, const struct block *b)
{
    if (!b->there || x->cluster_time < 0)
        return;
    int64_t time = MAX(x->cluster_time + b->time, 0);
    if (b->track == x->cue_track && b->key && !b->referring && !x->cluster_cued) {
        x->cluster_cued = true;
        add_cue(x, (struct cue){time, x->cluster_at, b->at - x->cluster_content});
    }
    for (size_t i = 0; i < x->tracks_len; i++) {
        struct track *track = &x->track[i];
        if (track->number != b->track)
            continue;
        if (track->begun && time > track->last)
            track->step = time - track->last;
        int64_t length = b->duration ? (int64_t)MIN(b->duration, ELEMENT_MAX)
                         : track->default_duration_ns
                             ? (int64_t)(track->default_duration_ns / x->scale_ns)
                             : track->step;
        track->end = MAX(track->end, time + MIN(length, (int64_t)ELEMENT_MAX));
        track->last = time;
        track->begun = true;
    }
}

/* The head of a Block or SimpleBlock: track number, 16 bits of time, flags (RFC 9559 section 10).
 */
static struct block read_block(const struct webm_index *x, struct str content, bool simple)
{
    struct block b = {.at = x->at};
    const uint8_t *from = (const uint8_t *)content.ptr;
    size_t len = content.len ? ebml_number_len(from[0]) : 9;
    if (len > 8 || content.len < len + 3)
        return b;
    b.there = true;
    b.track = ebml_big_endian(from, len) & ((UINT64_C(1) << (7 * len)) - 1);
    b.time = (int16_t)(from[len] << 8 | from[len + 1]);
    b.key = !simple || from[len + 2] & 0x80;
    return b;
}

/* ---- steps ---- */

/* `len` bytes of the pending ones are done with, and `skip` more that are to come. */
static void advance(struct webm_index *x, size_t len, uint64_t skip)
{
    buf_consume(&x->pending, len);
    x->at += len;
    x->skip = skip;
    x->need = 2;
}

/* The format is broken here. Without a head nothing can be done with the rest. */
static void get_lost(struct webm_index *x)
{
    if (!x->clusters) {
        x->hopeless = true;
        return;
    }
    advance(x, 1, 0);
    x->lost = true;
    x->rolling = 0;
    x->group.there = false;
    x->level = IN_SEGMENT;
    x->ends[IN_SEGMENT] = EBML_SIZE_UNKNOWN;
}

static void leave_levels(struct webm_index *x)
{
    while (x->level != IN_FILE && x->at >= x->ends[x->level]) {
        if (x->level == IN_GROUP) {
            take_block(x, &x->group);
            x->group.there = false;
        }
        x->level--;
    }
}

static void enter(struct webm_index *x, enum level level, const struct ebml_element *e)
{
    advance(x, e->head_len, 0);
    x->level = level;
    x->ends[level] = e->size == EBML_SIZE_UNKNOWN ? EBML_SIZE_UNKNOWN : x->at + e->size;
}

static void enter_cluster(struct webm_index *x, const struct ebml_element *e)
{
    if (x->clusters++ == 0)
        x->first_cluster = x->at;
    x->cluster_at = x->at;
    x->cluster_time = -1;
    x->cluster_cued = false;
    enter(x, IN_CLUSTER, e);
    x->cluster_content = x->at;
}

/* Waits for `len` bytes of the content; false when they are not all there yet. */
static bool wants(struct webm_index *x, const struct ebml_element *e, uint64_t len)
{
    x->need = e->head_len + (size_t)len;
    return x->pending.len >= x->need;
}

/* A small element is kept as it is, the first time. */
static void keep(struct webm_index *x, const struct ebml_element *e, struct buf *to,
                 void (*read)(struct webm_index *x))
{
    if (to->len || x->clusters) {
        advance(x, e->head_len, e->size);
        return;
    }
    if (e->size > WEBM_HEAD_MAX) {
        x->hopeless = true;
        return;
    }
    if (!wants(x, e, e->size))
        return;
    buf_add(to, str_slice(buf_str(&x->pending), 0, x->need));
    if (to->failed)
        x->no_memory = x->hopeless = true;
    advance(x, x->need, 0);
    if (read)
        read(x);
}

static void step_in_file(struct webm_index *x, const struct ebml_element *e)
{
    if (e->id == ID_SEGMENT && x->ebml.len)
        enter(x, IN_SEGMENT, e);
    else if (e->id == ID_EBML && e->size <= WEBM_HEAD_MAX)
        keep(x, e, &x->ebml, NULL);
    else if ((e->id == ID_VOID || e->id == ID_CRC) && e->size <= ELEMENT_MAX)
        advance(x, e->head_len, e->size);
    else
        get_lost(x);
}

static void step_in_segment(struct webm_index *x, const struct ebml_element *e)
{
    if (e->id == ID_EBML) { /* another recording follows in the same bytes */
        x->level = IN_FILE;
        step_in_file(x, e);
        return;
    }
    if (e->id == ID_CLUSTER && x->tracks.len) {
        enter_cluster(x, e);
        return;
    }
    if (e->size > ELEMENT_MAX) {
        get_lost(x);
        return;
    }
    switch (e->id) {
    case ID_INFO:
        keep(x, e, &x->info, read_info);
        return;
    case ID_TRACKS:
        keep(x, e, &x->tracks, read_tracks);
        return;
    case ID_CUES:
        x->has_cues = true;
        advance(x, e->head_len, e->size);
        return;
    case ID_SEEK_HEAD:
    case ID_TAGS:
    case ID_CHAPTERS:
    case ID_ATTACHMENTS:
    case ID_VOID:
    case ID_CRC:
        advance(x, e->head_len, e->size);
        return;
    default:
        get_lost(x);
    }
}

static void step_block(struct webm_index *x, const struct ebml_element *e, bool simple)
{
    uint64_t len = MIN(e->size, BLOCK_HEAD_MAX);
    if (!wants(x, e, len))
        return;
    struct str content = str_slice(buf_str(&x->pending), e->head_len, x->need);
    struct block block = read_block(x, content, simple);
    if (simple) {
        take_block(x, &block);
    } else {
        block.referring = x->group.referring;
        block.duration = x->group.duration;
        x->group = block;
    }
    advance(x, x->need, e->size - len);
}

/* A number of up to eight bytes; false while it is not there, or when it is none. */
static bool step_number(struct webm_index *x, const struct ebml_element *e, uint64_t *ret)
{
    if (e->size > 8) {
        get_lost(x);
        return false;
    }
    if (!wants(x, e, e->size))
        return false;
    *ret = ebml_number(str_slice(buf_str(&x->pending), e->head_len, x->need));
    advance(x, x->need, 0);
    return true;
}

static void step_in_cluster(struct webm_index *x, const struct ebml_element *e)
{
    uint64_t number;
    switch (e->id) {
    case ID_EBML:
    case ID_CLUSTER:
    case ID_CUES:
    case ID_TAGS:
    case ID_INFO:
    case ID_TRACKS:
    case ID_SEEK_HEAD:
    case ID_CHAPTERS:
    case ID_ATTACHMENTS: /* a cluster of unknown size ends where its parent's next child begins */
        if (x->ends[IN_CLUSTER] != EBML_SIZE_UNKNOWN) {
            get_lost(x);
            return;
        }
        x->level = IN_SEGMENT;
        step_in_segment(x, e);
        return;
    default:
        break;
    }
    uint64_t end = x->ends[IN_CLUSTER];
    if (e->size > ELEMENT_MAX ||
        (end != EBML_SIZE_UNKNOWN && e->size + e->head_len > end - x->at)) {
        get_lost(x);
        return;
    }
    switch (e->id) {
    case ID_TIME:
        if (step_number(x, e, &number))
            x->cluster_time = number <= (uint64_t)TIME_MAX ? (int64_t)number : -1;
        return;
    case ID_SIMPLE_BLOCK:
        step_block(x, e, true);
        return;
    case ID_GROUP:
        x->group = (struct block){0};
        enter(x, IN_GROUP, e);
        return;
    case ID_POSITION:
    case ID_PREVIOUS_SIZE:
    case ID_SILENT_TRACKS:
    case ID_ENCRYPTED_BLOCK:
    case ID_VOID:
    case ID_CRC:
        advance(x, e->head_len, e->size);
        return;
    default:
        get_lost(x);
    }
}

static void step_in_group(struct webm_index *x, const struct ebml_element *e)
{
    uint64_t number;
    if (e->size > ELEMENT_MAX || e->size + e->head_len > x->ends[IN_GROUP] - x->at) {
        get_lost(x);
    } else if (e->id == ID_BLOCK) {
        step_block(x, e, false);
    } else if (e->id == ID_BLOCK_DURATION) {
        if (step_number(x, e, &number))
            x->group.duration = number;
    } else {
        if (e->id == ID_REFERENCE)
            x->group.referring = true;
        advance(x, e->head_len, e->size);
    }
}

static void step(struct webm_index *x)
{
    leave_levels(x);
    struct ebml_element e;
    switch (ebml_element(buf_str(&x->pending), &e, &x->need)) {
    case EBML_GOT_TOO_LITTLE:
        return;
    case EBML_GOT_WRONG:
        get_lost(x);
        return;
    case EBML_GOT:
        break;
    }
    switch (x->level) {
    case IN_FILE:
        step_in_file(x, &e);
        return;
    case IN_SEGMENT:
        step_in_segment(x, &e);
        return;
    case IN_CLUSTER:
        step_in_cluster(x, &e);
        return;
    case IN_GROUP:
        step_in_group(x, &e);
        return;
    case LEVELS:
        return;
    }
}

/* ---- feeding ---- */

static bool next_is_cluster(struct webm_index *x, uint8_t byte)
{
    x->rolling = x->rolling << 8 | byte;
    return x->rolling == ID_CLUSTER;
}

/* Looks for a cluster among the bytes already pending; all or those before it are done with. */
static void search_pending(struct webm_index *x)
{
    for (size_t i = 0; i < x->pending.len; i++) {
        if (next_is_cluster(x, (uint8_t)x->pending.ptr[i])) {
            advance(x, i - 3, 0); /* it lies in here: rolling was 0 at the start */
            x->lost = false;
            return;
        }
    }
    advance(x, x->pending.len, 0);
}

/* Returns how many bytes it took. */
static size_t search(struct webm_index *x, struct str bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        x->at++;
        if (next_is_cluster(x, (uint8_t)bytes.ptr[i])) {
            x->at -= 4;
            buf_add(&x->pending, STR("\x1f\x43\xb6\x75"));
            x->lost = false;
            return i + 1;
        }
    }
    return bytes.len;
}

static size_t gather(struct webm_index *x, struct str bytes)
{
    size_t missing = x->need > x->pending.len ? x->need - x->pending.len : 0;
    size_t len = MIN(bytes.len, missing);
    buf_add(&x->pending, str_slice(bytes, 0, len));
    if (x->pending.failed) {
        x->no_memory = x->hopeless = true;
        return len;
    }
    while (!x->hopeless && !x->skip && x->pending.len && x->pending.len >= x->need) {
        if (x->lost)
            search_pending(x);
        else
            step(x);
    }
    if (x->lost)
        search_pending(x);
    return len;
}

void webm_index_feed(struct webm_index *x, struct str bytes)
{
    while (bytes.len && !x->hopeless) {
        size_t taken;
        if (x->skip) {
            taken = (size_t)MIN(x->skip, bytes.len);
            x->skip -= taken;
            x->at += taken;
        } else if (x->lost) {
            taken = search(x, bytes);
        } else {
            taken = gather(x, bytes);
        }
        bytes = str_slice(bytes, taken, bytes.len);
    }
    if (!x->hopeless && !x->skip && !x->pending.len)
        leave_levels(x); /* the last group may be whole by now */
}

/* ---- the new head ---- */

static void put_info(const struct webm_index *x, double duration, struct buf *to)
{
    CLEANUP(buf_done) struct buf content = {0};
    struct str rest = content_of(&x->info), ignored;
    struct ebml_element child;
    const char *start = rest.ptr;
    while (ebml_next_child(&rest, &child, &ignored)) {
        if (child.id != ID_DURATION && child.id != ID_CRC && child.id != ID_VOID)
            buf_add(&content, str_bytes(start, (size_t)(rest.ptr - start)));
        start = rest.ptr;
    }
    if (!x->info.len) { /* the standard wants these three */
        ebml_put_number(&content, ID_SCALE, x->scale_ns);
        ebml_put_id(&content, ID_MUXING_APP);
        buf_add(&content, STR("\x8bproctortrack"));
        ebml_put_id(&content, ID_WRITING_APP);
        buf_add(&content, STR("\x8bproctortrack"));
    }
    uint64_t bits;
    memcpy(&bits, &duration, sizeof bits);
    ebml_put_number(&content, ID_DURATION, bits);
    ebml_put_head(to, ID_INFO, content.len);
    buf_add(to, buf_str(&content));
    to->failed |= content.failed;
}

/* `base`: to be added to an offset of the old file to get the position in the new segment's data;
 * it may wrap, the sum does not. */
static void put_cues(const struct webm_index *x, uint64_t base, struct buf *to)
{
    ebml_put_head(to, ID_CUES, x->cues_len * CUE_SIZE);
    for (size_t i = 0; i < x->cues_len; i++) {
        const struct cue *cue = &x->cues[i];
        ebml_put_id(to, ID_CUE_POINT);
        buf_add_char(to, (char)(0x80 | (CUE_SIZE - 2)));
        ebml_put_number(to, ID_CUE_TIME, (uint64_t)cue->time);
        ebml_put_id(to, ID_CUE_POSITIONS);
        buf_add_char(to, (char)(0x80 | (CUE_SIZE - 2 - 10 - 2)));
        ebml_put_number(to, ID_CUE_TRACK, x->cue_track);
        ebml_put_number(to, ID_CUE_CLUSTER, cue->cluster + base);
        ebml_put_number(to, ID_CUE_RELATIVE, cue->relative);
    }
}

bool webm_index_head(const struct webm_index *x, struct buf *to, uint64_t *ret_skip,
                     int64_t *ret_duration_us, struct error *err)
{
    if (x->no_memory)
        return error_no_memory(err);
    if (!x->clusters)
        return error_set(err, ERROR_UNSUPPORTED, "no WebM with clusters");
    if (x->has_cues && x->has_duration)
        return error_set(err, ERROR_UNSUPPORTED, "the recording has an index of its own");
    int64_t end = 0;
    for (size_t i = 0; i < x->tracks_len; i++)
        end = MAX(end, x->track[i].end);
    CLEANUP(buf_done) struct buf info = {0};
    put_info(x, (double)end, &info);
    if (!buf_ok(&info, err))
        return false;

    size_t before = to->len;
    buf_add(to, buf_str(&x->ebml));
    ebml_put_id(to, ID_SEGMENT);
    ebml_put_big_endian(to, UINT64_C(0x01FFFFFFFFFFFFFF), 8); /* unknown: it ends with the bytes */
    size_t data = to->len - before;
    buf_add(to, buf_str(&info));
    buf_add(to, buf_str(&x->tracks));
    if (x->cues_len) {
        size_t head_len = to->len - before + 4 + 8 + x->cues_len * CUE_SIZE;
        put_cues(x, head_len - data - x->first_cluster, to);
    }
    if (!buf_ok(to, err))
        return false;
    *ret_skip = x->first_cluster;
    *ret_duration_us = (int64_t)((double)end * (double)x->scale_ns / 1000.0);
    return true;
}
