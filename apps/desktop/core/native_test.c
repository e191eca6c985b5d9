#include "app_core/native.h"

#include "app_core/keep.h"
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define ID "abcdefghijklmnopabcdefghijklmnop"

struct house {
    char folder[32];
    struct platform platform;
};

static void open_house(struct house *h)
{
    struct error err;
    assert_true(vault_start(&err));
    strcpy(h->folder, "/tmp/pt-native-XXXXXX");
    assert_non_null(mkdtemp(h->folder));
    h->platform = (struct platform){.name = "linux", .data = h->folder};
    struct kept k = {.made_us = clock_wall_us()};
    strcpy(k.login.session, "s1");
    strcpy(k.login.origin, "https://exam.example");
    strcpy(k.login.token, "t");
    vault_key_create(&k.key);
    assert_true(keep_write(&h->platform, &k, &err));
}

static void close_house(struct house *h)
{
    char path[64];
    struct error err;
    assert_true(keep_remove(&h->platform, "s1", &err));
    snprintf(path, sizeof path, "%s/sessions", h->folder);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(h->folder), 0);
}

static void add_message(struct buf *to, const char *text)
{
    uint32_t len = (uint32_t)strlen(text);
    buf_add(to, str_bytes(&len, sizeof len));
    buf_add_c(to, text);
}

/* What a browser would get. */
static bool serve(const struct house *h, struct str in, char ret[4096])
{
    struct error err;
    FILE *from = fmemopen((void *)(uintptr_t)in.ptr, in.len, "r"), *to = fmemopen(ret, 4096, "w");
    bool good = native_serve(&h->platform, ID, from, to, &err);
    fclose(from);
    fclose(to);
    return good;
}

#define HELLO(session)                                                                             \
    "{\"v\": 1, \"type\": \"hello\", \"version\": \"1.0.0\", \"id\": \"" ID                        \
    "\", \"session\": \"" session "\", \"nonce\": \"5f0a\"}"

static void a_plugin_of_the_session_is_answered_and_told_of_once(void **state)
{
    (void)state;
    struct house h;
    char out[4096] = "";
    CLEANUP(buf_done) struct buf in = {0};
    CLEANUP(json_decrefp) json_t *told = NULL;
    json_t *again;
    struct error err;
    open_house(&h);
    add_message(&in, HELLO("s1"));
    assert_true(serve(&h, buf_str(&in), out));
    assert_non_null(strstr(out + 4, "\"session\":\"s1\""));
    assert_non_null(strstr(out + 4, "\"version\":\"" PT_VERSION "\""));
    assert_true(native_take(&h.platform, "s1", &told, &err));
    assert_string_equal(json_string_value(json_object_get(told, "nonce")), "5f0a");
    assert_string_equal(json_string_value(json_object_get(told, "plugin")), "1.0.0");
    assert_string_equal(json_string_value(json_object_get(told, "id")), ID);
    assert_true(native_take(&h.platform, "s1", &again, &err));
    assert_null(again);
    close_house(&h);
}

static void another_session_is_not_known_and_leaves_nothing(void **state)
{
    (void)state;
    struct house h;
    char out[4096] = "";
    CLEANUP(buf_done) struct buf in = {0};
    json_t *told;
    struct error err;
    open_house(&h);
    add_message(&in, HELLO("s2"));
    assert_true(serve(&h, buf_str(&in), out));
    assert_non_null(strstr(out + 4, "\"session\":\"\""));
    assert_true(native_take(&h.platform, "s1", &told, &err));
    assert_null(told);
    close_house(&h);
}

static void what_is_not_of_the_protocol_gets_no_answer(void **state)
{
    (void)state;
    static const char *const bad[] = {
        HELLO("../s1"),
        HELLO(""),
        "{}",
        "[]",
        "x",
        "{\"v\": 2, \"type\": \"hello\", \"version\": \"1\", \"id\": \"" ID
        "\", \"session\": \"s1\", \"nonce\": \"5\"}",
        "{\"v\": 1, \"type\": \"hello\", \"version\": \"1\", \"id\": "
        "\"bbcdefghijklmnopabcdefghijklmnop\", \"session\": \"s1\", \"nonce\": \"5\"}"};
    struct house h;
    open_house(&h);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char out[4096] = "";
        CLEANUP(buf_done) struct buf in = {0};
        add_message(&in, bad[i]);
        assert_false(serve(&h, buf_str(&in), out));
        assert_memory_equal(out, "\0\0\0\0", 4);
    }
    char out[4096] = "";
    assert_false(serve(&h, str_bytes("\xff\xff\xff\x7f{}", 6), out)); /* longer than may be */
    assert_false(serve(&h, str_bytes("\x04\0\0\0{}", 6), out));       /* cut */
    assert_false(serve(&h, str_bytes("\x04\0", 2), out));
    close_house(&h);
}

static void only_a_plugins_origin_starts_a_host(void **state)
{
    (void)state;
    char id[NATIVE_ID_SIZE];
    assert_true(native_origin(STR("chrome-extension://" ID "/"), id));
    assert_string_equal(id, ID);
    assert_false(native_origin(STR("chrome-extension://" ID), id));
    assert_false(native_origin(STR("chrome-extension://zzcdefghijklmnopabcdefghijklmnop/"), id));
    assert_false(native_origin(STR("proctortrack://pair?server=a&code=b"), id));
    assert_false(native_origin(STR(""), id));
}

static void the_manifest_lets_one_plugin(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf text = {0};
    CLEANUP(json_decrefp) json_t *all = NULL;
    struct error err;
    assert_true(native_manifest("/home/me/\"odd\"/proctortrack", ID, &text, &err));
    assert_true(json_parse(buf_str(&text), &all, &err));
    assert_string_equal(json_string_value(json_object_get(all, "path")),
                        "/home/me/\"odd\"/proctortrack");
    json_t *origins = json_object_get(all, "allowed_origins");
    assert_int_equal(json_array_size(origins), 1);
    assert_string_equal(json_string_value(json_array_get(origins, 0)),
                        "chrome-extension://" ID "/");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plugin_of_the_session_is_answered_and_told_of_once),
        cmocka_unit_test(another_session_is_not_known_and_leaves_nothing),
        cmocka_unit_test(what_is_not_of_the_protocol_gets_no_answer),
        cmocka_unit_test(only_a_plugins_origin_starts_a_host),
        cmocka_unit_test(the_manifest_lets_one_plugin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
