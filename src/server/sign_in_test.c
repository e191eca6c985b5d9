/* Signing in over HTTP, with a real database and real people in it. */
#include "server/test_client.h"

#include "base/clock.h"
#include "campus/user.h"
#include "crypto/crypto.h"
#include "server/server.h"
#include "server/state.h"

#define HEAD " HTTP/1.1\r\nHost: exam.test\r\n"

static struct test_folder folder;
static struct server server;
static struct server_state server_state;
static const struct route *const tables[] = {sign_in_routes, NULL};

static int64_t add_user(const char *name, enum user_role role)
{
    struct error err;
    int64_t id = 0;
    const struct user_spec spec = {.username = str_from(name),
                                   .full_name = STR("Amara Okafor"),
                                   .email = STR("amara@example.org"),
                                   .password = STR("correct horse"),
                                   .role = role};
    assert_good(user_create(server.campus, &spec, &id, &err), err);
    return id;
}

static int start(void **state)
{
    (void)state;
    struct error err = {0};
    struct db *db = NULL;
    test_folder_init(&folder);
    const char *path = test_path(&folder, "test.db");
    server = (struct server){.state = &server_state};
    server_state = (struct server_state){.events = NULL};
    struct transport_options options = {.address = "127.0.0.1",
                                        .worker_threads = 2,
                                        .router = {.tables = tables, .identify = sign_in_identify}};
    assert_good(crypto_start(&err) && db_open(path, &db, &err) &&
                    db_migrate(db, &campus_migrations, &err) &&
                    db_migrate(db, &server_migrations, &err),
                err);
    db_close(db);
    assert_good(db_store_open(path, 2, &server.store, &err) &&
                    campus_open(server.store, NULL, &server.campus, &err) &&
                    logins_create(server.store, server.campus, &server_state.logins, &err) &&
                    throttle_create(&server_state.throttle, &err) &&
                    transport_start(&server, &options, &running, &err),
                err);
    add_user("amara.okafor", USER_CANDIDATE);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    transport_stop(running, 1000);
    throttle_destroy(server_state.throttle);
    logins_destroy(server_state.logins);
    campus_close(server.campus);
    db_store_close(server.store);
    test_folder_done(&folder);
    return 0;
}

static unsigned post(struct client *c, const char *body, const char *headers)
{
    char request[800];
    snprintf(request, sizeof request,
             "POST /api/sign-in" HEAD "Content-Type: application/json\r\nContent-Length: "
             "%zu\r\n%s\r\n%s",
             strlen(body), headers, body);
    return ask(c, request);
}

static unsigned sign_in(struct client *c, const char *name, const char *password)
{
    char body[300];
    snprintf(body, sizeof body, "{\"username\":\"%s\",\"password\":\"%s\"}", name, password);
    return post(c, body, "");
}

/* The cookie of the answer, as the client sends it back. */
static void cookie_of(const struct client *c, char ret[100])
{
    const char *at = strstr(c->text, "Set-Cookie: ");
    assert_non_null(at);
    assert_int_equal(sscanf(at + strlen("Set-Cookie: "), "%99[^;]", ret), 1);
}

static unsigned with_cookie(struct client *c, const char *line, const char *cookie)
{
    char request[400];
    snprintf(request, sizeof request, "%s" HEAD "Cookie: theme=dark; %s\r\n\r\n", line, cookie);
    return ask(c, request);
}

static bool run_body(struct db *db, void *context, struct error *err)
{
    return db_run(db, context, DB_NO_ARGS, NULL, err);
}

static void run_sql(char *sql)
{
    struct error err;
    assert_good(db_store_write(server.store, run_body, sql, &err), err);
}

static void the_right_password_gives_a_cookie_that_says_who_it_is(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    char cookie[100];
    assert_int_equal(sign_in(&c, "amara.okafor", "correct horse"), 200);
    assert_non_null(strstr(c.body, "\"username\":\"amara.okafor\""));
    assert_non_null(strstr(c.body, "\"role\":\"candidate\""));
    assert_true(has(&c, "; HttpOnly; SameSite=Strict\r\n"));
    assert_false(has(&c, "Secure"));
    cookie_of(&c, cookie);
    assert_int_equal(with_cookie(&c, "GET /api/me", cookie), 200);
    assert_non_null(strstr(c.body, "\"full_name\":\"Amara Okafor\""));
    assert_non_null(strstr(c.body, "\"server_us\":"));
    cookie[strlen(cookie) - 1] ^= 1;
    assert_int_equal(with_cookie(&c, "GET /api/me", cookie), 401);
    assert_int_equal(with_cookie(&c, "GET /api/me", "pt_session=nonsense"), 401);
    assert_int_equal(status_of("GET /api/me" HEAD "\r\n"), 401);
    forget(&c);
}

static void the_database_holds_no_token(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    char cookie[100];
    assert_int_equal(sign_in(&c, "amara.okafor", "correct horse"), 200);
    cookie_of(&c, cookie);
    const char *token = strchr(cookie, '=') + 1;
    char path[300];
    snprintf(path, sizeof path, "%s", test_path(&folder, "test.db-wal"));
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    static char bytes[1 << 20];
    size_t len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    unsigned char raw[32];
    assert_true(str_from_hex(str_from(token), raw, sizeof raw));
    assert_true(len > 1000);
    assert_null(memmem(bytes, len, token, strlen(token)));
    assert_null(memmem(bytes, len, raw, sizeof raw));
    forget(&c);
}

static void signing_out_ends_the_login_at_once(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    char cookie[100], other[100];
    assert_int_equal(sign_in(&c, "amara.okafor", "correct horse"), 200);
    cookie_of(&c, cookie);
    assert_int_equal(sign_in(&c, "amara.okafor", "correct horse"), 200);
    cookie_of(&c, other);
    assert_string_not_equal(cookie, other);
    assert_int_equal(with_cookie(&c, "GET /api/me", cookie), 200);
    assert_int_equal(with_cookie(&c, "POST /api/sign-out", cookie), 204);
    assert_true(has(&c, "Set-Cookie: pt_session=; Path=/; Max-Age=0;"));
    assert_int_equal(with_cookie(&c, "GET /api/me", cookie), 401);
    assert_int_equal(with_cookie(&c, "GET /api/me", other), 200); /* the other device goes on */
    forget(&c);
}

static void a_login_expires_when_it_is_unused_or_old(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    char cookie[100];
    assert_int_equal(sign_in(&c, "amara.okafor", "correct horse"), 200);
    cookie_of(&c, cookie);
    char idle[] = "UPDATE login SET used_us = used_us - 43201000000";
    run_sql(idle);
    assert_int_equal(with_cookie(&c, "GET /api/me", cookie), 401);
    assert_int_equal(sign_in(&c, "amara.okafor", "correct horse"), 200);
    cookie_of(&c, cookie);
    char old[] = "UPDATE login SET created_us = created_us - 604801000000";
    run_sql(old);
    assert_int_equal(with_cookie(&c, "GET /api/me", cookie), 401);
    forget(&c);
}

static void guessing_is_slowed_down_and_says_for_how_long(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(sign_in(&c, "amara.okafor", "wrong horse"), 401);
        assert_null(strstr(c.text, "Set-Cookie"));
    }
    assert_int_equal(sign_in(&c, "amara.okafor", "correct horse"), 429);
    assert_true(has(&c, "Retry-After: 1\r\n"));
    assert_non_null(strstr(c.body, "\"code\":\"throttled\""));
    forget(&c);
}

static void an_unknown_name_is_answered_like_a_wrong_password(void **state)
{
    (void)state;
    struct client unknown = {.fd = -1}, wrong = {.fd = -1};
    assert_int_equal(sign_in(&unknown, "nobody", "wrong horse"), 401);
    assert_int_equal(sign_in(&wrong, "amara.okafor", "wrong horse"), 401);
    *strstr(unknown.body, "request_id") = '\0';
    *strstr(wrong.body, "request_id") = '\0';
    assert_string_equal(unknown.body, wrong.body);
    forget(&unknown);
    forget(&wrong);
}

static void a_sign_in_of_another_form_is_refused(void **state)
{
    (void)state;
    static const char *const bodies[] = {"{}", "[]", "{\"username\":\"a\",\"password\":true}",
                                         "{\"username\":\"a\"}",
                                         "{\"username\":\"a\",\"password\":\"b\",\"remember\":1}"};
    struct client c = {.fd = -1};
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
        assert_int_equal(post(&c, bodies[i], ""), 400);
    assert_int_equal(post(&c, "{}", "Origin: http://evil.test\r\n"), 403);
    forget(&c);
    assert_int_equal(status_of("POST /api/sign-in" HEAD "Content-Length: 2\r\n\r\n{}"), 415);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(the_right_password_gives_a_cookie_that_says_who_it_is),
        EACH(the_database_holds_no_token),
        EACH(signing_out_ends_the_login_at_once),
        EACH(a_login_expires_when_it_is_unused_or_old),
        EACH(guessing_is_slowed_down_and_says_for_how_long),
        EACH(an_unknown_name_is_answered_like_a_wrong_password),
        EACH(a_sign_in_of_another_form_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
