/* The browser's plugin: what it reports by way of the candidate's page, and its own files, which a
 * browser fetches without anybody's cookie. */
#include "proctor/plugin_event.h"
#include "server/downloads.h"
#include "server/plugin_files.h"
#include "server/router.h"
#include "server/server.h"

#define BODY_MAX ((size_t)PLUGIN_BATCH_MAX * (PLUGIN_DETAIL_MAX + 256))

static bool post_events(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct str run;
    int64_t next;
    return request_json(q, &body, err) && request_json_only(body, "run events", err) &&
           json_get_str(body, "", "run", PLUGIN_RUN_MAX, &run, err) &&
           plugin_events_take(s->proctor, q->params[0], q->user.id, run,
                              json_object_get(body, "events"), &next, err) &&
           response_json(r, 200, json_pack("{s:I}", "next", (json_int_t)next), err);
}

static bool get_zip(struct server *s, struct request *q, struct response *r, struct error *err)
{
    (void)q;
    response_header(r, "Content-Disposition", "attachment; filename=\"" PLUGIN_ZIP_FILE "\"");
    return downloads_answer_file(s->options.downloads, PLUGIN_ZIP_FILE, "application/zip", r, err);
}

static bool get_crx(struct server *s, struct request *q, struct response *r, struct error *err)
{
    (void)q;
    return downloads_answer_file(s->options.downloads, PLUGIN_CRX_FILE,
                                 "application/x-chrome-extension", r, err);
}

static bool get_updates(struct server *s, struct request *q, struct response *r, struct error *err)
{
    (void)q;
    return downloads_answer_file(s->options.downloads, PLUGIN_UPDATES_FILE, "application/xml", r,
                                 err);
}

const struct route plugin_routes[] = {
    {HTTP_POST, "/api/proctor/sessions/:session/plugin/events", ROLE_CANDIDATE, BODY_MAX,
     post_events, NULL},
    {HTTP_GET, PLUGIN_ZIP_PATH, ROLE_ANYONE, 0, get_zip, NULL},
    {HTTP_GET, "/plugin/proctortrack-plugin.crx", ROLE_ANYONE, 0, get_crx, NULL},
    {HTTP_GET, "/plugin/updates.xml", ROLE_ANYONE, 0, get_updates, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
