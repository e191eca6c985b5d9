/* Event streams over real connections and a real database. What happens in "another process" is
 * done through another store of the same file. */
#include "server/test_client.h"

#include "base/clock.h"
#include "crypto/crypto.h"
#include "proctor/change.h"
#include "server/events.h"
#include "server/server.h"

#include <poll.h>
#include <stdatomic.h>
#include <sys/resource.h>

#define HEAD " HTTP/1.1\r\nHost: exam.test\r\n"
#define MANY 1000

static struct test_folder folder;
static struct server server;
static struct proctor proctor, elsewhere;
static struct events *events;
static atomic_int_least64_t log_end; /* entries of the log "1", "2", ... */

static bool read_numbers(struct server *s, int64_t key, int64_t after, struct buf *to,
                         int64_t *ret_last, struct error *err)
{
    (void)s;
    (void)key;
    int64_t end = log_end;
    for (int64_t n = after + 1; n <= MIN(end, after + 7); n++) {
        char text[32];
        int len = snprintf(text, sizeof text, "%" PRId64, n);
        event_text_add(to, n, "number", str_bytes(text, (size_t)len));
        *ret_last = n;
    }
    return buf_ok(to, err);
}

static const struct event_log numbers = {read_numbers};

static bool plain(struct server *s, struct request *q, struct response *r, struct error *err)
{
    (void)s;
    const struct events_wish wish = {.topics = {"news", "other"}};
    return events_answer(events, q, r, &wish, err);
}

static bool logged(struct server *s, struct request *q, struct response *r, struct error *err)
{
    (void)s;
    const struct events_wish wish = {.topics = {"numbers"}, .log = &numbers, .log_key = 1};
    return events_answer(events, q, r, &wish, err);
}

static const struct route routes[] = {
    {HTTP_GET, "/api/plain", ROLE_ANYONE, 0, plain, NULL},
    {HTTP_GET, "/api/logged", ROLE_ANYONE, 0, logged, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
static const struct route *const tables[] = {routes, NULL};

static void start_with(const struct events_options *options)
{
    struct error err = {0};
    struct db *db = NULL;
    test_folder_init(&folder);
    const char *path = test_path(&folder, "test.db");
    const struct transport_options transport = {.address = "127.0.0.1",
                                                .worker_threads = 4,
                                                .connections = 4096,
                                                .router = {.tables = tables}};
    log_end = 0;
    server = (struct server){.proctor = &proctor};
    proctor = elsewhere = (struct proctor){0};
    assert_good(crypto_start(&err) && db_open(path, &db, &err) &&
                    db_migrate(db, &proctor_migrations, &err),
                err);
    db_close(db);
    assert_good(db_store_open(path, 2, &proctor.store, &err) &&
                    db_store_open(path, 1, &elsewhere.store, &err) &&
                    events_create(&server, options, &events, &err) &&
                    transport_start(&server, &transport, &running, &err),
                err);
}

static int start(void **state)
{
    (void)state;
    start_with(&(struct events_options){.look_us = 20000, .most_of_user = 2 * MANY});
    return 0;
}

static int stop(void **state)
{
    (void)state;
    int64_t began_us = clock_monotonic_us();
    events_close(events);
    transport_stop(running, 5000);
    assert_true(clock_monotonic_us() - began_us < 4 * SECOND_US);
    events_destroy(events);
    db_store_close(elsewhere.store);
    db_store_close(proctor.store);
    test_folder_done(&folder);
    return 0;
}

/* ---- telling ---- */

struct notice {
    const char *topic, *event;
    struct str data;
    size_t times; /* 0 is once */
};

static bool note_body(struct db *db, void *context, struct error *err)
{
    const struct notice *n = context;
    for (size_t i = 0; i < MAX(n->times, 1); i++)
        if (!change_note_in(db, n->topic, n->event, n->data, err))
            return false;
    return true;
}

static void note_times(const char *topic, const char *event, struct str data, size_t times)
{
    struct error err;
    struct notice n = {topic, event, data, times};
    assert_good(db_store_write(elsewhere.store, note_body, &n, &err), err);
}

static void note(const char *topic, const char *event, struct str data)
{
    note_times(topic, event, data, 1);
}

/* ---- listening ---- */

static int listen_to(const char *path, const char *headers)
{
    char request[256];
    int fd = dial();
    snprintf(request, sizeof request, "GET %s" HEAD "%s\r\n", path, headers);
    assert_true(send_all(fd, request, strlen(request)));
    return fd;
}

/* Reads on until the text has come (true), or `ms` have passed. */
static bool comes(int fd, struct buf *seen, const char *text, int ms)
{
    int64_t end_us = clock_monotonic_us() + ms * INT64_C(1000);
    for (size_t from = 0;;) { /* what was looked through is not again */
        const char *all;
        struct error err;
        char more[4096];
        struct pollfd p = {.fd = fd, .events = POLLIN};
        assert_good(buf_c_text(seen, &all, &err), err);
        if (strstr(all + from, text))
            return true;
        from = seen->len > strlen(text) ? seen->len - strlen(text) : 0;
        int64_t left_us = end_us - clock_monotonic_us();
        if (left_us <= 0 || poll(&p, 1, (int)(left_us / 1000) + 1) <= 0)
            return false;
        ssize_t len = recv(fd, more, sizeof more, 0);
        if (len <= 0)
            return false;
        buf_add(seen, str_bytes(more, (size_t)len));
    }
}

static size_t count_of(struct buf *seen, const char *text)
{
    const char *all;
    struct error err;
    size_t n = 0;
    assert_good(buf_c_text(seen, &all, &err), err);
    for (const char *at = all; (at = strstr(at, text)); at++)
        n++;
    return n;
}

static void what_another_process_noted_is_told_to_those_it_concerns(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf one = {0};
    CLEANUP(buf_done) struct buf other = {0};
    note("news", "old", STR("{}"));
    int a = listen_to("/api/plain", ""), b = listen_to("/api/logged", "");
    assert_true(comes(a, &one, "retry: ", 5000));
    assert_true(comes(b, &other, "retry: ", 5000));
    assert_true(strstr(one.ptr, "Content-Type: text/event-stream"));
    note("strangers", "secret", STR("{}"));
    note("other", "flag", STR("{\"n\":7}"));
    assert_true(comes(a, &one, "event: flag\ndata: {\"n\":7}\n\n", 5000));
    assert_false(comes(b, &other, "flag", 200));
    assert_null(strstr(one.ptr, "secret"));
    assert_null(strstr(one.ptr, "old"));
    close(a);
    close(b);
}

static void a_log_is_told_once_and_in_order_and_goes_on_behind_the_last_id(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf first = {0};
    CLEANUP(buf_done) struct buf second = {0};
    log_end = 30; /* more than one read of it */
    int fd = listen_to("/api/logged", "");
    assert_true(comes(fd, &first, "id: 30\n", 5000));
    log_end = 33;
    note("numbers", NULL, STR(""));
    assert_true(comes(fd, &first, "id: 33\n", 5000));
    assert_int_equal(count_of(&first, "event: number"), 33);
    close(fd);
    log_end = 40;
    fd = listen_to("/api/logged", "Last-Event-ID: 33\r\n");
    note("numbers", NULL, STR(""));
    assert_true(comes(fd, &second, "id: 40\n", 5000));
    assert_int_equal(count_of(&second, "event: number"), 7);
    assert_null(strstr(second.ptr, "id: 33\n"));
    close(fd);
}

static void a_quiet_stream_has_heartbeats(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf seen = {0};
    int fd = listen_to("/api/plain", "");
    assert_true(comes(fd, &seen, "\n:\n\n", 5000)); /* every 100 ms in this test */
    close(fd);
}

static int start_beating(void **state)
{
    (void)state;
    start_with(&(struct events_options){.look_us = 20000, .heartbeat_us = 100000});
    return 0;
}

static int start_small(void **state)
{
    (void)state;
    start_with(
        &(struct events_options){.look_us = 5000, .queue = 65536, .most = 4, .most_of_user = 4});
    return 0;
}

/* The kernel's buffers hold a few MB for a client that does not read. */
static void who_reads_too_slowly_is_told_to_begin_anew_and_holds_up_nobody(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf quick = {0};
    CLEANUP(buf_done) struct buf slow = {0};
    char data[2000];
    int little = 4096;
    memset(data, 'x', sizeof data);
    data[0] = data[sizeof data - 1] = '"';
    int a = listen_to("/api/plain", ""), b = dial();
    setsockopt(b, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
    assert_true(send_all(b, "GET /api/plain" HEAD "\r\n", strlen("GET /api/plain" HEAD "\r\n")));
    assert_true(comes(a, &quick, "retry: ", 5000));
    assert_true(comes(b, &slow, "retry: ", 5000));
    for (int round = 0; round < 200; round++) { /* 8 MB, in parts that fit a queue */
        char last[32];
        snprintf(last, sizeof last, "round-%d-", round);
        note_times("news", "big", str_bytes(data, sizeof data), 20);
        note("news", last, STR("{}"));
        assert_true(comes(a, &quick, last, 5000));
        assert_null(strstr(quick.ptr, "event: reset"));
        buf_clear(&quick);
    }
    assert_true(comes(b, &slow, "event: reset\n", 10000));
    note("news", "after", STR("{}"));
    assert_true(comes(b, &slow, "event: after\n", 5000));
    close(a);
    close(b);
}

static void there_is_a_limit_and_who_has_gone_makes_room_at_once(void **state)
{
    (void)state;
    int fds[4];
    for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
        CLEANUP(buf_done) struct buf seen = {0};
        fds[i] = listen_to("/api/plain", "");
        assert_true(comes(fds[i], &seen, "retry: ", 5000));
    }
    struct client c = {.fd = -1};
    assert_int_equal(ask(&c, "GET /api/plain" HEAD "\r\n"), 429);
    assert_true(has(&c, "Retry-After:"));
    forget(&c);
    close(fds[0]);
    usleep(50000); /* for the end to travel */
    CLEANUP(buf_done) struct buf seen = {0};
    fds[0] = listen_to("/api/plain", "");
    assert_true(comes(fds[0], &seen, "retry: ", 5000));
    for (size_t i = 0; i < ARRAY_LEN(fds); i++)
        close(fds[i]);
}

static int64_t cpu_us(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * SECOND_US + r.ru_utime.tv_usec +
           r.ru_stime.tv_usec;
}

static int64_t resident_bytes(void)
{
    long pages = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%ld %ld", &pages, &resident), 2);
    fclose(f);
    return resident * sysconf(_SC_PAGESIZE);
}

/* A quarter of a core is far over what it takes, sanitizers included; a thread or a busy loop for
 * each would take all there is. */
static void a_thousand_idle_listeners_cost_little_and_all_are_told(void **state)
{
    (void)state;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_max < 2 * MANY + 200)
        skip();
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    static int fds[MANY];
    int64_t before = resident_bytes();
    for (size_t i = 0; i < MANY; i++) {
        CLEANUP(buf_done) struct buf seen = {0};
        fds[i] = listen_to("/api/plain", "");
        assert_true(comes(fds[i], &seen, "retry: ", 5000));
    }
    int64_t each = (resident_bytes() - before) / MANY, cpu = cpu_us();
    usleep(1000000);
    cpu = cpu_us() - cpu;
    print_message("%d idle streams: %" PRId64 " bytes each, %.1f %% of a core\n", MANY, each,
                  (double)cpu / 10000.0);
    assert_true(each < 64 * 1024);
    assert_true(cpu < 250000);
    note("news", "all", STR("{}"));
    for (size_t i = 0; i < MANY; i++) {
        CLEANUP(buf_done) struct buf seen = {0};
        assert_true(comes(fds[i], &seen, "event: all", 5000));
        close(fds[i]);
    }
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(what_another_process_noted_is_told_to_those_it_concerns),
        EACH(a_log_is_told_once_and_in_order_and_goes_on_behind_the_last_id),
        cmocka_unit_test_setup_teardown(a_quiet_stream_has_heartbeats, start_beating, stop),
        cmocka_unit_test_setup_teardown(
            who_reads_too_slowly_is_told_to_begin_anew_and_holds_up_nobody, start_small, stop),
        cmocka_unit_test_setup_teardown(there_is_a_limit_and_who_has_gone_makes_room_at_once,
                                        start_small, stop),
        EACH(a_thousand_idle_listeners_cost_little_and_all_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
