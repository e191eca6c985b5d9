#include "app_core/keep.h"

#include "base/json.h"

#include <stdio.h>
#include <string.h>

#define SESSIONS "sessions"
#define LOGIN_MAX ((size_t)16 << 10)

void keep_folder(const struct platform *p, const char *session, char ret[DISK_PATH_MAX])
{
    snprintf(ret, DISK_PATH_MAX, "%s/" SESSIONS "/%s", p->data, session);
}

bool keep_write(const struct platform *p, const struct kept *k, struct error *err)
{
    char folder[DISK_PATH_MAX], path[DISK_PATH_MAX + 8], key[STR_HEX_MAX(VAULT_KEY_SIZE)];
    CLEANUP(freep) char *text = NULL;
    CLEANUP(buf_done) struct buf bytes = {0};
    snprintf(folder, sizeof folder, "%s/" SESSIONS, p->data);
    if (!disk_make_folder(folder, err))
        return false;
    keep_folder(p, k->login.session, folder);
    if (!disk_make_folder(folder, err))
        return false;
    str_to_hex(str_bytes(k->key.bytes, VAULT_KEY_SIZE), key);
    CLEANUP(json_decrefp)
    json_t *all = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:b}", "origin", k->login.origin,
                            "token", k->login.token, "session", k->login.session, "candidate",
                            k->login.candidate, "exam", k->login.exam, "key", key, "made_us",
                            (json_int_t)k->made_us, "begun", k->begun);
    vault_wipe(key, sizeof key);
    if (!all)
        return error_no_memory(err);
    if (!json_text(all, &text, err))
        return false;
    if (p->protect ? !p->protect(str_from(text), &bytes, err)
                   : (buf_add_c(&bytes, text), !buf_ok(&bytes, err)))
        return false;
    snprintf(path, sizeof path, "%s/login", folder);
    return disk_replace(path, buf_str(&bytes), err);
}

static bool get(const json_t *all, const char *key, char *ret, size_t size, struct error *err)
{
    struct str text;
    return json_get_str(all, "", key, size - 1, &text, err) && str_into(text, ret, size);
}

static bool parse(struct str text, struct kept *ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *all = NULL;
    struct str key;
    struct kept k = {.made_us = 0};
    if (!json_parse(text, &all, err) ||
        !get(all, "origin", k.login.origin, sizeof k.login.origin, err) ||
        !get(all, "token", k.login.token, sizeof k.login.token, err) ||
        !get(all, "session", k.login.session, sizeof k.login.session, err) ||
        !get(all, "candidate", k.login.candidate, sizeof k.login.candidate, err) ||
        !get(all, "exam", k.login.exam, sizeof k.login.exam, err) ||
        !json_get_str(all, "", "key", 64, &key, err) ||
        !json_get_i64(all, "", "made_us", 0, INT64_MAX, &k.made_us, err) ||
        !json_get_bool(all, "", "begun", &k.begun, err))
        return false;
    if (!str_from_hex(key, k.key.bytes, VAULT_KEY_SIZE))
        return error_set(err, ERROR_INVALID, "key: is not one");
    *ret = k;
    return true;
}

struct search {
    const struct platform *p;
    int64_t now_us;
    struct kept best;
    bool found;
};

bool keep_read(const struct platform *p, const char *name, struct kept *ret, struct error *err)
{
    char folder[DISK_PATH_MAX], path[DISK_PATH_MAX + 8];
    CLEANUP(buf_done) struct buf bytes = {0};
    CLEANUP(buf_done) struct buf plain = {0};
    keep_folder(p, name, folder);
    snprintf(path, sizeof path, "%s/login", folder);
    if (!disk_read(path, LOGIN_MAX, &bytes, err))
        return false;
    if (p->unprotect && !p->unprotect(buf_str(&bytes), &plain, err))
        return false;
    return parse(buf_str(p->unprotect ? &plain : &bytes), ret, err);
}

static void look_at(void *context, const char *name)
{
    struct search *s = context;
    struct kept k;
    if (!keep_read(s->p, name, &k, NULL) || s->now_us - k.made_us > KEEP_US ||
        strcmp(k.login.session, name) != 0) {
        bool gone = keep_remove(s->p, name, NULL); /* of no use to anybody */
        (void)gone;
    } else if (!s->found || k.made_us > s->best.made_us) {
        s->best = k;
        s->found = true;
    }
    vault_wipe(&k, sizeof k);
}

bool keep_find(const struct platform *p, int64_t now_us, struct kept *ret, bool *ret_found,
               struct error *err)
{
    char folder[DISK_PATH_MAX];
    struct search s = {.p = p, .now_us = now_us};
    struct error why;
    snprintf(folder, sizeof folder, "%s/" SESSIONS, p->data);
    if (!disk_list(folder, look_at, &s, &why) && why.code != ERROR_NOT_FOUND)
        return error_set(err, why.code, "%s", why.message);
    if (s.found)
        *ret = s.best;
    *ret_found = s.found;
    return true;
}

bool keep_remove(const struct platform *p, const char *session, struct error *err)
{
    char folder[DISK_PATH_MAX];
    keep_folder(p, session, folder);
    return disk_remove_folder(folder, err);
}
