#include "app_core/journal.h"
#include "app_core/test_server_impl.h"
#include "app_core/upload.h"
#include "support/test.h"

#include <unistd.h>

#define PIECES 5

static const struct vault_key key = {"0123456789abcdef0123456789abcde"};

struct house {
    struct test_folder folder;
    struct test_server server;
    struct http *http;
    struct spool *spool;
    struct upload *upload;
    char place[256];
    struct buf sent; /* what is to arrive */
};

static void open_upload(struct house *h)
{
    struct error err;
    assert_good(upload_create(h->spool, h->http, "secret", h->place, &h->upload, &err), err);
}

static void house_init(struct house *h)
{
    struct error err;
    memset(h, 0, sizeof *h);
    test_folder_init(&h->folder);
    h->server.recording = true;
    h->http = test_http(&h->server);
    snprintf(h->place, sizeof h->place, "%s/a.place", h->folder.path);
    assert_good(spool_create(test_path(&h->folder, "a.spool"), "a", &key,
                             STR("{\"kind\":\"app\",\"mime\":\"video/webm\",\"started_us\":5}"),
                             &h->spool, &err),
                err);
    open_upload(h);
}

static void house_done(struct house *h)
{
    upload_destroy(h->upload);
    spool_close(h->spool);
    http_destroy(h->http);
    test_server_done(&h->server);
    buf_done(&h->sent);
    test_folder_done(&h->folder);
}

/* The app is killed and started again: all that is left is on the disk. */
static void crash(struct house *h)
{
    struct error err;
    upload_destroy(h->upload);
    spool_close(h->spool);
    assert_good(spool_open(test_path(&h->folder, "a.spool"), "a", &key, &h->spool, &err), err);
    open_upload(h);
}

static void add(struct house *h, int n)
{
    char text[64];
    struct error err;
    snprintf(text, sizeof text, "piece %d of what was recorded;", n);
    buf_add_c(&h->sent, text);
    assert_good(spool_append(h->spool, str_from(text), &err), err);
}

static enum upload_state step(struct house *h)
{
    enum upload_state state = UPLOAD_NONE;
    struct error err;
    return upload_step(h->upload, &state, &err) ? state : UPLOAD_NONE;
}

static void send_all(struct house *h)
{
    struct error err;
    for (int n = 0; n < PIECES; n++) {
        add(h, n);
        for (int i = 0; i < 3; i++)
            step(h);
    }
    assert_good(spool_finish(h->spool, &err), err);
    for (int i = 0; i < 10 && step(h) != UPLOAD_DONE; i++)
        ;
    assert_int_equal(step(h), UPLOAD_DONE);
}

static void arrived_whole(struct house *h)
{
    assert_int_equal(h->server.uploads_len, 1);
    assert_str(buf_str(&h->server.uploads[0]), buf_str(&h->sent));
    assert_int_equal(h->server.lengths[0], h->sent.len);
}

static void a_spool_arrives_as_it_grows(void **state)
{
    struct house h;
    (void)state;
    house_init(&h);
    send_all(&h);
    arrived_whole(&h);
    assert_int_equal(upload_sent(h.upload), h.sent.len);
    house_done(&h);
}

/* Whichever request is not reached, and whichever answer is lost on its way: nothing comes twice,
 * and nothing is missing. A lost answer to the making leaves an empty upload behind, no more. */
static void any_cut_is_made_good(void **state)
{
    (void)state;
    for (int n = 1; n < 14; n++) {
        for (int lost = 0; lost < 2; lost++) {
            struct house h;
            house_init(&h);
            *(lost ? &h.server.lost_at : &h.server.cut_at) = n;
            send_all(&h);
            if (lost && n == 1) {
                assert_int_equal(h.server.uploads_len, 2);
                assert_str(buf_str(&h.server.uploads[1]), buf_str(&h.sent));
            } else {
                arrived_whole(&h);
            }
            house_done(&h);
        }
    }
}

static void a_kill_between_any_two_steps_is_made_good(void **state)
{
    (void)state;
    for (int lost = 0; lost < 14; lost++) { /* and in the middle of a request */
        struct house h;
        struct error err;
        house_init(&h);
        h.server.lost_at = lost < 2 ? 0 : lost; /* not the first: see above */
        for (int n = 0; n < PIECES; n++) {
            add(&h, n);
            step(&h);
            crash(&h);
            step(&h);
            crash(&h);
        }
        assert_good(spool_finish(h.spool, &err), err);
        for (int i = 0; i < 10 && step(&h) != UPLOAD_DONE; i++)
            crash(&h);
        crash(&h);
        assert_int_equal(step(&h), UPLOAD_DONE);
        arrived_whole(&h);
        house_done(&h);
    }
}

static void a_session_that_does_not_record_yet_is_waited_for(void **state)
{
    struct house h;
    enum upload_state s;
    struct error err;
    (void)state;
    house_init(&h);
    h.server.recording = false;
    add(&h, 0);
    assert_error(upload_step(h.upload, &s, &err), err, ERROR_CONFLICT);
    h.server.recording = true;
    assert_int_equal(step(&h), UPLOAD_WAITING);
    house_done(&h);
}

static void a_server_that_knows_nothing_of_it_any_more_is_left_alone(void **state)
{
    struct house h;
    (void)state;
    house_init(&h);
    add(&h, 0);
    assert_int_equal(step(&h), UPLOAD_WAITING);
    add(&h, 1);
    h.server.unauthorized = true;
    assert_int_equal(step(&h), UPLOAD_REFUSED);
    house_done(&h);
}

/* ---- events ---- */

static void tell(struct journal *j, const char *kind)
{
    struct error err;
    assert_good(journal_add(j, kind, json_object(), 7, &err), err);
}

static void events_come_in_order_over_cuts_and_kills(void **state)
{
    CLEANUP(test_folder_done) struct test_folder folder;
    struct test_server server = {.requests = 0};
    struct http *http = test_http(&server);
    static const struct login login = {.token = "secret"};
    struct journal *j;
    struct error err;
    bool more;
    (void)state;
    test_folder_init(&folder);
    assert_good(journal_open(folder.path, &key, &j, &err), err);
    tell(j, "a");
    tell(j, "b");
    server.gone = true;
    assert_error(journal_send(j, http, &login, &more, &err), err, ERROR_CLOSED);
    server.gone = false;
    assert_good(journal_send(j, http, &login, &more, &err), err);
    assert_true(more);
    journal_close(j);
    assert_good(journal_open(folder.path, &key, &j, &err), err);
    tell(j, "c");
    for (int i = 0; i < 3; i++)
        assert_good(journal_send(j, http, &login, &more, &err), err);
    assert_true(journal_is_sent(j));
    journal_close(j);
    assert_str(buf_str(&server.events), STR("{\"client_us\":7,\"detail\":{},\"kind\":\"a\"}\n"
                                            "{\"client_us\":7,\"detail\":{},\"kind\":\"b\"}\n"
                                            "{\"client_us\":7,\"detail\":{},\"kind\":\"c\"}\n"));
    http_destroy(http);
    test_server_done(&server);
}

static void an_event_that_is_refused_does_not_stop_the_others(void **state)
{
    CLEANUP(test_folder_done) struct test_folder folder;
    struct test_server server = {.unauthorized = true};
    struct http *http = test_http(&server);
    static const struct login login = {.token = "secret"};
    struct journal *j;
    struct error err;
    bool more;
    (void)state;
    test_folder_init(&folder);
    assert_good(journal_open(folder.path, &key, &j, &err), err);
    tell(j, "a");
    assert_good(journal_send(j, http, &login, &more, &err), err);
    assert_true(journal_is_sent(j));
    journal_close(j);
    http_destroy(http);
    test_server_done(&server);
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
    struct error err;
    const struct CMUnitTest tests[] = {
        T(a_spool_arrives_as_it_grows),
        T(any_cut_is_made_good),
        T(a_kill_between_any_two_steps_is_made_good),
        T(a_session_that_does_not_record_yet_is_waited_for),
        T(a_server_that_knows_nothing_of_it_any_more_is_left_alone),
        T(events_come_in_order_over_cuts_and_kills),
        T(an_event_that_is_refused_does_not_stop_the_others),
    };
    return vault_start(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
