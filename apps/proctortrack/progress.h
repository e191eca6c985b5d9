/* A bar on standard error over several recordings at once. Any thread may set. */
#pragma once
#include "base/base.h"

struct progress;

struct progress *progress_create(size_t len); /* NULL when out of memory: then nothing is shown */
void progress_set(struct progress *p, size_t index, double part); /* 0..1; p NULL is fine */
void progress_destroy(struct progress *p);                        /* wipes the bar; NULL is fine */
