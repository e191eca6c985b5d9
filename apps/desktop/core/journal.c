/* The spool holds lines of JSON; the number of bytes that were told lies beside it. */
#include "app_core/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENT_MAX 4096

struct journal {
    struct spool *spool; /* owned */
    char sent_path[DISK_PATH_MAX];
    uint64_t sent; /* bytes; of the thread that sends */
};

static bool open_spool(const char *path, const struct vault_key *key, struct spool **ret,
                       struct error *err)
{
    struct error why;
    if (spool_create(path, "events", key, STR("{}"), ret, &why))
        return true;
    if (why.code == ERROR_CONFLICT)
        return spool_open(path, "events", key, ret, err);
    return error_set(err, why.code, "%s", why.message);
}

bool journal_open(const char *folder, const struct vault_key *key, struct journal **ret,
                  struct error *err)
{
    CLEANUP(buf_done) struct buf sent = {0};
    char path[DISK_PATH_MAX];
    struct journal *j = calloc(1, sizeof *j);
    if (!j)
        return error_no_memory(err);
    snprintf(path, sizeof path, "%s/events.spool", folder);
    snprintf(j->sent_path, sizeof j->sent_path, "%s/events.sent", folder);
    if (!open_spool(path, key, &j->spool, err)) {
        journal_close(j);
        return false;
    }
    if (!disk_read(j->sent_path, 32, &sent, NULL) || !str_to_u64(buf_str(&sent), &j->sent) ||
        j->sent > spool_size(j->spool))
        j->sent = 0;
    *ret = j;
    return true;
}

void journal_close(struct journal *j)
{
    if (!j)
        return;
    spool_close(j->spool);
    free(j);
}

bool journal_add(struct journal *j, const char *kind, json_t *detail, int64_t wall_us,
                 struct error *err)
{
    CLEANUP(freep) char *text = NULL;
    CLEANUP(buf_done) struct buf line = {0};
    CLEANUP(json_decrefp)
    json_t *event = detail ? json_pack("{s:s, s:o, s:I}", "kind", kind, "detail", detail,
                                       "client_us", (json_int_t)MAX(wall_us, 0))
                           : NULL;
    if (!event)
        return error_no_memory(err);
    if (!json_text(event, &text, err))
        return false;
    buf_add_c(&line, text);
    buf_add_char(&line, '\n');
    return buf_ok(&line, err) && spool_append(j->spool, buf_str(&line), err);
}

/* What trying again cannot mend. */
static bool is_final(enum error_code code)
{
    return code == ERROR_INVALID || code == ERROR_TOO_LARGE || code == ERROR_CONFLICT ||
           code == ERROR_GONE || code == ERROR_NOT_FOUND || code == ERROR_UNAUTHORIZED;
}

bool journal_send(struct journal *j, struct http *h, const struct login *l, bool *ret_more,
                  struct error *err)
{
    CLEANUP(buf_done) struct buf bytes = {0};
    struct error why = {0};
    struct str line, rest;
    char number[24];
    *ret_more = false;
    if (!spool_read(j->spool, j->sent, EVENT_MAX, &bytes, err))
        return false;
    rest = buf_str(&bytes);
    if (!rest.len || !str_split(&rest, '\n', &line))
        return true;
    if (!link_event(h, l, line, &why) && !is_final(why.code))
        return error_set(err, why.code, "%s", why.message);
    j->sent += line.len + 1;
    snprintf(number, sizeof number, "%" PRIu64, j->sent);
    if (!disk_replace(j->sent_path, str_from(number), err))
        return false;
    *ret_more = j->sent < spool_size(j->spool);
    return true;
}

bool journal_is_sent(struct journal *j) { return j->sent >= spool_size(j->spool); }
