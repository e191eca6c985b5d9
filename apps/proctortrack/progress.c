/* Drawn by whoever sets, at most ten times a second. */
#include "progress.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAR_WIDTH 30
#define DRAW_EVERY_US (SECOND_US / 10)

struct progress {
    pthread_mutex_t lock; /* guards all below */
    size_t len;
    int64_t drawn_us;
    double parts[]; /* of each recording, 0..1 */
};

struct progress *progress_create(size_t len)
{
    struct progress *p = calloc(1, sizeof *p + len * sizeof p->parts[0]);
    if (!p)
        return NULL;
    pthread_mutex_init(&p->lock, NULL);
    p->len = len;
    return p;
}

static void draw(const struct progress *p)
{
    double sum = 0;
    size_t done = 0;
    for (size_t i = 0; i < p->len; i++) {
        sum += p->parts[i];
        done += p->parts[i] >= 1;
    }
    double part = sum / (double)p->len;
    char bar[BAR_WIDTH + 1];
    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < (int)(part * BAR_WIDTH) ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
    fprintf(stderr, "\r[%s] %3d %%  %zu of %zu done", bar, (int)(100 * part), done, p->len);
    fflush(stderr);
}

void progress_set(struct progress *p, size_t index, double part)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->parts[index] = part;
    int64_t now = clock_monotonic_us();
    if (p->drawn_us == 0 || now - p->drawn_us >= DRAW_EVERY_US) {
        draw(p);
        p->drawn_us = now;
    }
    pthread_mutex_unlock(&p->lock);
}

void progress_destroy(struct progress *p)
{
    if (!p)
        return;
    fprintf(stderr, "\r%*s\r", BAR_WIDTH + 40, "");
    fflush(stderr);
    pthread_mutex_destroy(&p->lock);
    free(p);
}
