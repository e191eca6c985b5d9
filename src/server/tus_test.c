/* tus 1.0 over HTTP, with real streams in a real session. */
#include "server/test_client.h"

#include "base/clock.h"
#include "crypto/base64.h"
#include "crypto/crypto.h"
#include "crypto/hash.h"
#include "proctor/check.h"
#include "proctor/document.h"
#include "proctor/provider.h"
#include "proctor/session.h"
#include "proctor/stream.h"
#include "server/server.h"

#include <pthread.h>

#define USER 7

static struct test_folder folder;
static struct server server;
static struct proctor proctor;
static char session[ID_TEXT_SIZE];
static const struct route *const tables[] = {tus_routes, NULL};

static bool identify(struct server *s, const struct request *q, struct server_user *ret,
                     struct error *err)
{
    (void)s;
    (void)err;
    struct str name = request_header(q, "X-Test-User");
    *ret = (struct server_user){.id = name.ptr ? USER + 1 : USER, .role = ROLE_CANDIDATE};
    return true;
}

static bool accept_document(enum document document, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    char hash[STR_HEX_MAX(32)];
    struct document_text text;
    return session_document(&proctor, str_from(session), document, &arena, &text, err) &&
           document_hash(&text, hash, err) &&
           session_consent(&proctor, str_from(session), USER, document, str_from(text.version),
                           str_from(hash), err);
}

static bool make_session(struct error *err)
{
    char exam[ID_TEXT_SIZE];
    const struct provider_exam spec = {.external_ref = STR("exam-1"),
                                       .title = STR("An exam"),
                                       .duration_s = 1800,
                                       .launch_path = STR("/launch"),
                                       .policy_json = STR("{\"base\":\"open\"}")};
    if (!provider_register_exam(&proctor, &spec, exam, err))
        return false;
    const struct provider_attempt attempt = {.exam_id = str_from(exam),
                                             .attempt_ref = STR("attempt-1"),
                                             .user_ref = USER,
                                             .candidate = STR("Amara Okafor"),
                                             .exam_url = STR("/exam/"),
                                             .return_url = STR("/")};
    if (!provider_create_session(&proctor, &attempt, session, err))
        return false;
    for (enum document d = DOCUMENT_INSTRUCTIONS; d < DOCUMENT_COUNT; d++)
        if (!accept_document(d, err))
            return false;
    for (enum check_point i = CHECK_POINT_NONE + 1; i < CHECK_POINTS; i++) {
        const struct check_claim claim = {.point = i, .state = CHECK_PASSED};
        if (!check_report(&proctor, str_from(session), USER, &claim, err))
            return false;
    }
    return session_start(&proctor, str_from(session), USER, err);
}

static int start(void **state)
{
    (void)state;
    struct error err = {0};
    struct db *db = NULL;
    test_folder_init(&folder);
    const char *path = test_path(&folder, "test.db");
    const struct transport_options options = {.address = "127.0.0.1",
                                              .worker_threads = 4,
                                              .router = {.tables = tables, .identify = identify}};
    proctor = (struct proctor){.store = NULL};
    server = (struct server){.proctor = &proctor};
    assert_good(crypto_start(&err) && db_open(path, &db, &err) &&
                    db_migrate(db, &proctor_migrations, &err),
                err);
    db_close(db);
    seal_key_create(&proctor.deployment_key);
    assert_good(
        sign_key_load_or_create(test_path(&folder, "signing.key"), &proctor.sign_key, &err) &&
            db_store_open(path, 2, &proctor.store, &err) &&
            blob_store_open(test_path(&folder, "blobs"), &proctor.blobs, &err) &&
            make_session(&err) && transport_start(&server, &options, &running, &err),
        err);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    transport_stop(running, 1000);
    blob_store_close(proctor.blobs);
    db_store_close(proctor.store);
    test_folder_done(&folder);
    return 0;
}

/* ---- requests ---- */

#define V "Tus-Resumable: 1.0.0\r\n"
#define PART "Content-Type: application/offset+octet-stream\r\n"
#define DEFER "Upload-Defer-Length: 1\r\n"
#define CAMERA "Upload-Metadata: kind Y2FtZXJh,mime dmlkZW8vd2VibQ==\r\n"

/* `path` is below ".../uploads"; a whole address is taken as it is. */
static unsigned send_request(struct client *c, const char *method, const char *path,
                             const char *headers, const char *body)
{
    char request[8000];
    bool whole = strncmp(path, "/api/", 5) == 0;
    int len = snprintf(request, sizeof request, "%s %s%s%s%s HTTP/1.1\r\nHost: exam.test\r\n%s",
                       method, whole ? "" : "/api/proctor/sessions/", whole ? "" : session,
                       whole ? "" : "/uploads", path, headers);
    if (body)
        len += snprintf(request + len, sizeof request - (size_t)len, "Content-Length: %zu\r\n",
                        strlen(body));
    snprintf(request + len, sizeof request - (size_t)len, "\r\n%s", body ? body : "");
    return ask(c, request);
}

/* The value of a header of the answer; one of two buffers in turn. */
static const char *header(const struct client *c, const char *name)
{
    static char values[2][600];
    static size_t turn;
    char want[60], *value = values[turn++ % 2];
    snprintf(want, sizeof want, "\r\n%s: ", name);
    const char *at = c->text ? strcasestr(c->text, want) : NULL;
    value[0] = '\0';
    if (at)
        sscanf(at + strlen(want), "%599[^\r]", value);
    return value;
}

static void create(struct client *c, const char *headers, char ret_location[200])
{
    assert_int_equal(send_request(c, "POST", "", headers, ""), 201);
    snprintf(ret_location, 200, "%s", header(c, "Location"));
    assert_int_equal(strncmp(ret_location, "/api/proctor/sessions/", 22), 0);
}

static unsigned patch(struct client *c, const char *location, unsigned offset, const char *headers,
                      const char *body)
{
    char all[600];
    snprintf(all, sizeof all, V PART "Upload-Offset: %u\r\n%s", offset, headers);
    return send_request(c, "PATCH", location, all, body);
}

static void assert_header(const struct client *c, const char *name, const char *value)
{
    assert_string_equal(header(c, name), value);
}

static void assert_content(const char *location, const char *expected)
{
    CLEANUP(stream_read_closep) struct stream_read *r = NULL;
    CLEANUP(buf_done) struct buf bytes = {0};
    struct error err;
    assert_good(stream_read_open(&proctor, str_from(strrchr(location, '/') + 1), &r, &err), err);
    assert_good(stream_read_at(r, 0, 1 << 20, &bytes, &err), err);
    assert_str(buf_str(&bytes), str_from(expected));
}

static void checksum_header(const char *body, char ret[120])
{
    CLEANUP(buf_done) struct buf text = {0};
    unsigned char digest[SHA256_SIZE];
    sha256(str_from(body), digest);
    base64_encode(&text, str_bytes(digest, sizeof digest));
    snprintf(ret, 120, "Upload-Checksum: sha256 " STR_FMT "\r\n", STR_ARG(buf_str(&text)));
}

/* ---- the tests ---- */

static void options_tell_what_is_spoken(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    assert_int_equal(send_request(&c, "OPTIONS", "", "", NULL), 204);
    assert_header(&c, "Tus-Version", "1.0.0");
    assert_header(&c, "Tus-Max-Size", "8589934592");
    assert_header(&c, "Tus-Checksum-Algorithm", "sha1,sha256");
    assert_header(&c, "Tus-Extension",
                  "creation,creation-with-upload,creation-defer-length,checksum,termination,"
                  "concatenation,expiration");
    forget(&c);
}

static void another_version_is_412_and_does_nothing(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    char location[200];
    assert_int_equal(send_request(&c, "POST", "", "Tus-Resumable: 0.2.2\r\n" DEFER, ""), 412);
    assert_header(&c, "Tus-Version", "1.0.0");
    assert_header(&c, "Location", "");
    create(&c, V DEFER, location);
    assert_int_equal(send_request(&c, "PATCH", location, PART "Upload-Offset: 0\r\n", "abc"), 412);
    assert_int_equal(send_request(&c, "HEAD", location, V, NULL), 200);
    assert_header(&c, "Upload-Offset", "0");
    forget(&c);
}

static void a_recording_grows_and_ends_with_its_length(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    char location[200], sum[120];
    create(&c, V DEFER CAMERA, location);
    assert_header(&c, "Tus-Resumable", "1.0.0");
    assert_string_not_equal(header(&c, "Upload-Expires"), "");
    checksum_header("first ", sum);
    assert_int_equal(patch(&c, location, 0, sum, "first "), 204);
    assert_header(&c, "Upload-Offset", "6");
    assert_string_not_equal(header(&c, "Upload-Expires"), "");
    assert_int_equal(send_request(&c, "HEAD", location, V, NULL), 200);
    assert_header(&c, "Upload-Offset", "6");
    assert_header(&c, "Upload-Defer-Length", "1");
    assert_header(&c, "Upload-Length", "");
    assert_header(&c, "Cache-Control", "no-store");
    assert_header(&c, "Upload-Metadata", "kind Y2FtZXJh,mime dmlkZW8vd2VibQ==");
    assert_int_equal(patch(&c, location, 6, "Upload-Length: 10\r\n", "last"), 204);
    assert_header(&c, "Upload-Offset", "10");
    assert_header(&c, "Upload-Expires", "");
    assert_int_equal(send_request(&c, "HEAD", location, V, NULL), 200);
    assert_header(&c, "Upload-Length", "10");
    assert_header(&c, "Upload-Defer-Length", "");
    assert_content(location, "first last");
    /* The length may be told by a PATCH without bytes as well. */
    create(&c, V DEFER, location);
    assert_int_equal(patch(&c, location, 0, "", "abc"), 204);
    assert_int_equal(patch(&c, location, 3, "Upload-Length: 3\r\n", ""), 204);
    assert_int_equal(send_request(&c, "HEAD", location, V, NULL), 200);
    assert_header(&c, "Upload-Length", "3");
    forget(&c);
}

static void a_wrong_offset_is_409_with_the_right_one(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    char location[200];
    create(&c, V DEFER, location);
    assert_int_equal(patch(&c, location, 0, "", "abc"), 204);
    assert_int_equal(patch(&c, location, 0, "", "abc"), 409);
    assert_header(&c, "Upload-Offset", "3");
    assert_int_equal(patch(&c, location, 5, "Upload-Length: 5\r\n", "abc"), 409);
    assert_header(&c, "Upload-Offset", "3");
    assert_int_equal(send_request(&c, "HEAD", location, V, NULL), 200);
    assert_header(&c, "Upload-Length", ""); /* what was turned away changed nothing */
    assert_content(location, "abc");
    forget(&c);
}

static void a_wrong_checksum_is_460_and_the_bytes_are_dropped(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    char location[200], sum[120];
    create(&c, V DEFER, location);
    checksum_header("abc", sum);
    assert_int_equal(patch(&c, location, 0, sum, "abd"), 460);
    assert_int_equal(
        patch(&c, location, 0, "Upload-Checksum: md5 kAFQmDzST7DWlj99KOF/cg==\r\n", "abc"), 400);
    assert_int_equal(
        patch(&c, location, 0, "Upload-Checksum: sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=\r\n", "abc"),
        204);
    assert_content(location, "abc");
    forget(&c);
}

static void bad_headers_are_refused(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    char location[200];
    assert_int_equal(send_request(&c, "POST", "", V, ""), 400);
    assert_int_equal(send_request(&c, "POST", "", V "Upload-Length: -1\r\n", ""), 400);
    assert_int_equal(send_request(&c, "POST", "", V "Upload-Length: 1\r\n" DEFER, ""), 400);
    assert_int_equal(send_request(&c, "POST", "", V "Upload-Defer-Length: 2\r\n", ""), 400);
    assert_int_equal(send_request(&c, "POST", "", V "Upload-Length: 8589934593\r\n", ""), 413);
    assert_int_equal(send_request(&c, "POST", "", V DEFER "Upload-Metadata: kind\r\n", ""), 400);
    create(&c, V "Upload-Length: 3\r\n", location);
    assert_int_equal(send_request(&c, "PATCH", location, V "Upload-Offset: 0\r\n", "abc"), 415);
    assert_int_equal(send_request(&c, "PATCH", location, V PART, "abc"), 400);
    assert_int_equal(patch(&c, location, 0, "", "abcd"), 413);
    assert_int_equal(patch(&c, location, 0, "Upload-Length: 4\r\n", "abcd"), 409);
    assert_int_equal(send_request(&c, "PUT", location, V PART, "abc"), 405);
    assert_int_equal(send_request(&c, "HEAD", location, V, NULL), 200);
    assert_header(&c, "Upload-Offset", "0");
    forget(&c);
}

static void somebody_elses_upload_is_404(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    char location[200];
    create(&c, V DEFER, location);
#define OTHER V "X-Test-User: other\r\n"
    assert_int_equal(send_request(&c, "HEAD", location, OTHER, NULL), 404);
    assert_header(&c, "Upload-Offset", "");
    assert_int_equal(send_request(&c, "DELETE", location, OTHER, NULL), 404);
    assert_int_equal(send_request(&c, "PATCH", location, OTHER PART "Upload-Offset: 0\r\n", "a"),
                     404);
    assert_int_equal(send_request(&c, "POST", "", OTHER DEFER, ""), 404);
    assert_int_equal(send_request(&c, "HEAD", "/aaaaaaaaaaaaaaaaaaaaaa", V, NULL), 404);
    forget(&c);
}

static void an_upload_can_be_made_with_its_first_bytes_or_be_empty(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    assert_int_equal(send_request(&c, "POST", "", V PART "Upload-Length: 5\r\n", "abc"), 201);
    assert_header(&c, "Upload-Offset", "3");
    char location[200];
    snprintf(location, sizeof location, "%s", header(&c, "Location"));
    assert_int_equal(patch(&c, location, 3, "", "de"), 204);
    assert_content(location, "abcde");
    assert_int_equal(send_request(&c, "POST", "", V "Upload-Length: 5\r\n", "abc"), 415);
    create(&c, V "Upload-Length: 0\r\n", location);
    assert_header(&c, "Upload-Offset", "0");
    assert_header(&c, "Upload-Expires", "");
    forget(&c);
}

static void a_terminated_upload_is_gone(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    char location[200];
    create(&c, V DEFER, location);
    assert_int_equal(send_request(&c, "DELETE", location, V, NULL), 204);
    assert_int_equal(send_request(&c, "HEAD", location, V, NULL), 410);
    assert_int_equal(patch(&c, location, 0, "", "abc"), 410);
    assert_int_equal(send_request(&c, "DELETE", location, V, NULL), 410);
    /* The method may be named in a header, as tus wants it for those who cannot send it. */
    create(&c, V DEFER, location);
    assert_int_equal(send_request(&c, "POST", location, V "X-HTTP-Method-Override: DELETE\r\n", ""),
                     204);
    assert_int_equal(send_request(&c, "HEAD", location, V, NULL), 410);
    forget(&c);
}

static void parts_are_joined_in_the_order_that_was_asked_for(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    char a[200], b[200], whole[200], headers[900];
    create(&c, V "Upload-Concat: partial\r\nUpload-Length: 3\r\n", a);
    create(&c, V "Upload-Concat: partial\r\nUpload-Length: 3\r\n", b);
    assert_int_equal(patch(&c, a, 0, "Upload-Concat: partial\r\n", "abc"), 204);
    snprintf(headers, sizeof headers, V "Upload-Concat: final;%s %s\r\n", a, b);
    assert_int_equal(send_request(&c, "POST", "", headers, ""), 409); /* b is not whole */
    assert_int_equal(patch(&c, b, 0, "", "def"), 204);
    snprintf(headers, sizeof headers,
             V "Upload-Concat: final;https://proxy.test%s %s %s\r\nUpload-Metadata: name eA==\r\n",
             b, a, b);
    create(&c, headers, whole);
    assert_content(whole, "defabcdef");
    assert_int_equal(send_request(&c, "HEAD", whole, V, NULL), 200);
    assert_header(&c, "Upload-Length", "9");
    assert_header(&c, "Upload-Metadata", "name eA==");
    assert_int_equal(strncmp(header(&c, "Upload-Concat"), "final;https://proxy.test/", 25), 0);
    assert_int_equal(patch(&c, whole, 9, "", "x"), 403);
    assert_int_equal(send_request(&c, "HEAD", a, V, NULL), 200);
    assert_header(&c, "Upload-Concat", "partial");
    forget(&c);
}

/* Sends the head of a PATCH that declares `declared` bytes, and `body`. */
static int begin_patch(const char *location, const char *headers, size_t declared, const char *body)
{
    char request[1000];
    int fd = dial();
    int len = snprintf(request, sizeof request,
                       "PATCH %s HTTP/1.1\r\nHost: exam.test\r\n" V PART
                       "Upload-Offset: 0\r\nContent-Length: %zu\r\n%s\r\n%s",
                       location, declared, headers, body);
    assert_true(send_all(fd, request, (size_t)len));
    return fd;
}

/* Waits until HEAD says this offset: what a cut request leaves is kept on a worker. */
static bool reaches(struct client *c, const char *location, const char *offset)
{
    const struct timespec moment = {.tv_nsec = 10000000};
    for (int i = 0; i < 500; i++) {
        if (send_request(c, "HEAD", location, V, NULL) == 200 &&
            strcmp(header(c, "Upload-Offset"), offset) == 0)
            return true;
        nanosleep(&moment, NULL);
    }
    return false;
}

static void what_arrived_of_a_cut_request_is_kept(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    char location[200];
    create(&c, V DEFER, location);
    close(begin_patch(location, "", 1000, "half of it"));
    assert_true(reaches(&c, location, "10"));
    unsigned status = 423; /* until the cut one has let go */
    for (int i = 0; i < 500 && status == 423; i++)
        status = patch(&c, location, 10, "", " and the rest");
    assert_int_equal(status, 204);
    assert_content(location, "half of it and the rest");
    forget(&c);
}

static void with_a_checksum_nothing_of_a_cut_request_is_kept(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    char location[200], sum[120];
    create(&c, V DEFER, location);
    checksum_header("half of it", sum);
    close(begin_patch(location, sum, 1000, "half of it"));
    unsigned status = 423; /* until the cut one has ended */
    for (int i = 0; i < 500 && status == 423; i++)
        status = patch(&c, location, 0, "", "anew");
    assert_int_equal(status, 204);
    assert_content(location, "anew");
    forget(&c);
}

static void a_second_writer_is_told_to_wait(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    struct stream_write *writer = NULL;
    struct error err;
    uint64_t size;
    char location[200];
    create(&c, V DEFER, location);
    struct str id = str_from(strrchr(location, '/') + 1);
    assert_good(stream_write_begin(&proctor, str_from(session), id, USER, 0, &writer, &err), err);
    assert_int_equal(patch(&c, location, 0, "", "abc"), 423);
    assert_non_null(strstr(c.body, "\"code\":\"busy\""));
    assert_int_equal(send_request(&c, "HEAD", location, V, NULL), 200);
    assert_good(stream_write_add(writer, STR("first"), &err), err);
    assert_good(stream_write_commit(writer, &size, &err), err);
    stream_write_end(writer);
    assert_int_equal(patch(&c, location, 0, "", "abc"), 409);
    assert_header(&c, "Upload-Offset", "5");
    assert_int_equal(patch(&c, location, 5, "", "abc"), 204);
    forget(&c);
}

static bool upload_body(struct db *db, void *context, struct error *err)
{
    (void)context;
    return session_move_in(db, str_from(session), SESSION_UPLOADED, NULL, err);
}

static void a_session_lets_its_streams_grow_to_their_end_and_then_takes_nothing(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    struct error err;
    char location[200], other[200];
    create(&c, V DEFER, location);
    create(&c, V DEFER, other);
    assert_good(provider_exam_ended(&proctor, str_from(session), &err), err);
    assert_int_equal(patch(&c, location, 0, "", "late"), 204);
    assert_int_equal(patch(&c, location, 4, "Upload-Length: 4\r\n", ""), 204);
    assert_int_equal(patch(&c, location, 4, "", "more"), 413);
    assert_good(db_store_write(proctor.store, upload_body, NULL, &err), err);
    assert_int_equal(patch(&c, other, 0, "", "too late"), 409);
    assert_header(&c, "Upload-Offset", ""); /* no other offset would do */
    assert_int_equal(send_request(&c, "POST", "", V DEFER, ""), 409);
    assert_content(location, "late");
    forget(&c);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(options_tell_what_is_spoken),
        EACH(another_version_is_412_and_does_nothing),
        EACH(a_recording_grows_and_ends_with_its_length),
        EACH(a_wrong_offset_is_409_with_the_right_one),
        EACH(a_wrong_checksum_is_460_and_the_bytes_are_dropped),
        EACH(bad_headers_are_refused),
        EACH(somebody_elses_upload_is_404),
        EACH(an_upload_can_be_made_with_its_first_bytes_or_be_empty),
        EACH(a_terminated_upload_is_gone),
        EACH(parts_are_joined_in_the_order_that_was_asked_for),
        EACH(what_arrived_of_a_cut_request_is_kept),
        EACH(with_a_checksum_nothing_of_a_cut_request_is_kept),
        EACH(a_second_writer_is_told_to_wait),
        EACH(a_session_lets_its_streams_grow_to_their_end_and_then_takes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
