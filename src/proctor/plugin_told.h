/* What the plugin says of an event, as it came: a stranger's JSON, read and checked. Pure. */
#pragma once
#include "base/json.h"

#define PLUGIN_RUN_MAX 32      /* letters and digits */
#define PLUGIN_BATCH_MAX 64    /* events at a time */
#define PLUGIN_DETAIL_MAX 1024 /* bytes of JSON */

struct plugin_told {
    int64_t seq, client_us;
    struct str kind; /* of the plugin's own */
    json_t *detail;  /* flat; borrowed, as `kind` is */
};

/* ERROR_INVALID: `run` is not one, or `events` no list of a size that is taken. */
MUST_USE bool plugin_told_check(struct str run, const json_t *events, struct error *err);
/* The event `at` of a list. */
MUST_USE bool plugin_told_read(const json_t *event, size_t at, struct plugin_told *ret,
                               struct error *err);
/* What is put on record of it: its detail, and where it stands in its run. The caller frees it. */
MUST_USE bool plugin_told_text(const struct plugin_told *told, struct str run, char **ret,
                               struct error *err);
