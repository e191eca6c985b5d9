#include "server/throttle.h"

#include "base/clock.h"
#include "base/id.h"
#include "crypto/hash.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 4096 /* sets of WAYS: about 0.6 MiB */
#define WAYS 4
#define FORGET_US (3600 * SECOND_US) /* without a failure for that long, the count begins anew */

enum kind { KIND_NONE = 0, KIND_NAME_AND_ADDRESS, KIND_NAME, KIND_ADDRESS };

static const struct {
    unsigned free;  /* failures without a delay; then 1 s, doubled by each more */
    unsigned max_s; /* up to this */
} patience[] = {
    [KIND_NAME_AND_ADDRESS] = {5, 300},
    [KIND_NAME] = {50, 60}, /* a name can be guessed at from everywhere; its owner must get in */
    [KIND_ADDRESS] = {100, 10}, /* a whole university may share one */
};

struct entry {
    uint64_t key; /* 0: free */
    int64_t last_us, until_us;
    unsigned failures;
};

struct throttle {
    pthread_mutex_t lock;
    unsigned char secret[16]; /* so that nobody can choose names that share a slot */
    struct entry entries[SLOTS][WAYS];
};

bool throttle_create(struct throttle **ret, struct error *err)
{
    struct throttle *t = calloc(1, sizeof *t);
    if (!t)
        return error_no_memory(err);
    pthread_mutex_init(&t->lock, NULL);
    random_bytes(t->secret, sizeof t->secret);
    *ret = t;
    return true;
}

void throttle_destroy(struct throttle *t)
{
    if (!t)
        return;
    pthread_mutex_destroy(&t->lock);
    free(t);
}

static uint64_t make_key(const struct throttle *t, enum kind kind, struct str username,
                         struct str address)
{
    char text[16 + 1 + 64 + 1 + 64];
    unsigned char digest[SHA256_SIZE];
    size_t len = 0;
    uint64_t key;
    memcpy(text, t->secret, sizeof t->secret);
    len += sizeof t->secret;
    text[len++] = (char)kind;
    if (kind != KIND_ADDRESS)
        for (size_t i = 0; i < MIN(username.len, (size_t)64); i++) {
            char c = username.ptr[i];
            text[len++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        }
    text[len++] = '\0';
    if (kind != KIND_NAME)
        for (size_t i = 0; i < MIN(address.len, (size_t)64); i++)
            text[len++] = address.ptr[i];
    sha256(str_bytes(text, len), digest);
    memcpy(&key, digest, sizeof key);
    return key | 1;
}

/* The entry of the key; NULL when it has none and none shall be made. */
static struct entry *find(struct throttle *t, uint64_t key, int64_t now_us, bool make)
{
    struct entry *set = t->entries[(key >> 32) % SLOTS], *oldest = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].key == key) {
            if (now_us - set[i].last_us > FORGET_US)
                set[i].failures = 0;
            return &set[i];
        }
        if (set[i].key == 0 || (oldest->key != 0 && set[i].last_us < oldest->last_us))
            oldest = &set[i];
    }
    if (!make)
        return NULL;
    *oldest = (struct entry){.key = key, .last_us = now_us};
    return oldest;
}

unsigned throttle_wait_s(struct throttle *t, struct str username, struct str address,
                         int64_t now_us)
{
    int64_t wait_us = 0;
    pthread_mutex_lock(&t->lock);
    for (enum kind kind = KIND_NAME_AND_ADDRESS; kind <= KIND_ADDRESS; kind++) {
        const struct entry *e = find(t, make_key(t, kind, username, address), now_us, false);
        if (e && e->until_us - now_us > wait_us)
            wait_us = e->until_us - now_us;
    }
    pthread_mutex_unlock(&t->lock);
    return (unsigned)((wait_us + SECOND_US - 1) / SECOND_US);
}

void throttle_failed(struct throttle *t, struct str username, struct str address, int64_t now_us)
{
    pthread_mutex_lock(&t->lock);
    for (enum kind kind = KIND_NAME_AND_ADDRESS; kind <= KIND_ADDRESS; kind++) {
        struct entry *e = find(t, make_key(t, kind, username, address), now_us, true);
        e->last_us = now_us;
        e->failures++;
        if (e->failures < patience[kind].free)
            continue;
        unsigned doublings = MIN(e->failures - patience[kind].free, 20u);
        e->until_us = now_us + MIN(SECOND_US << doublings, patience[kind].max_s * SECOND_US);
    }
    pthread_mutex_unlock(&t->lock);
}

void throttle_passed(struct throttle *t, struct str username, struct str address)
{
    pthread_mutex_lock(&t->lock);
    struct entry *e = find(t, make_key(t, KIND_NAME_AND_ADDRESS, username, address), 0, false);
    if (e)
        *e = (struct entry){0};
    pthread_mutex_unlock(&t->lock);
}
