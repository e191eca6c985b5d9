#include "server/builds.h"

#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct house {
    char folder[32];
    struct builds *builds;
};

static void open_house(struct house *h)
{
    struct error err;
    strcpy(h->folder, "/tmp/pt-builds-XXXXXX");
    assert_non_null(mkdtemp(h->folder));
    assert_true(builds_create(h->folder, &h->builds, &err));
}

static void run(const struct house *h, const char *command)
{
    char text[512];
    snprintf(text, sizeof text, "cd %s && %s", h->folder, command);
    assert_int_equal(system(text), 0);
}

static void close_house(struct house *h)
{
    builds_destroy(h->builds);
    run(h, "rm -rf \"$PWD\"");
}

static bool is(struct house *h, const char *platform, const char *program)
{
    unsigned char found[SHA256_SIZE], wanted[SHA256_SIZE];
    if (!builds_find(h->builds, str_from(platform), found))
        return false;
    sha256(str_from(program), wanted);
    return memcmp(found, wanted, sizeof found) == 0;
}

static void the_program_in_each_download_is_known(void **state)
{
    (void)state;
    struct house h;
    open_house(&h);
    run(&h, "printf MZ-program >Proctortrack.exe; mkdir proctortrack; printf notes "
            ">proctortrack/README.txt; printf ELF-program >proctortrack/proctortrack; tar -czf "
            "proctortrack-linux-x86_64.tar.gz proctortrack");
    assert_true(is(&h, "windows", "MZ-program"));
    assert_true(is(&h, "linux", "ELF-program"));
    assert_false(is(&h, "macos", ""));
    close_house(&h);
}

static void another_file_is_looked_into_again(void **state)
{
    (void)state;
    struct house h;
    open_house(&h);
    run(&h, "printf one >Proctortrack.exe");
    assert_true(is(&h, "windows", "one"));
    run(&h, "printf two >new && mv new Proctortrack.exe");
    assert_true(is(&h, "windows", "two"));
    run(&h, "rm Proctortrack.exe");
    assert_false(is(&h, "windows", "two"));
    close_house(&h);
}

static void what_cannot_be_looked_into_is_not_known(void **state)
{
    (void)state;
    struct house h;
    unsigned char found[SHA256_SIZE];
    open_house(&h);
    run(&h, "printf x >Proctortrack.msi; printf no-archive >proctortrack.tar.gz");
    assert_false(builds_find(h.builds, STR("windows"), found));
    assert_false(builds_find(h.builds, STR("linux"), found));
    run(&h, "printf x >readme && tar -czf proctortrack.tar.gz readme");
    assert_false(builds_find(h.builds, STR("linux"), found));
    close_house(&h);
    struct error err;
    assert_true(builds_create(NULL, &h.builds, &err)); /* no downloads at all */
    assert_false(builds_find(h.builds, STR("linux"), found));
    builds_destroy(h.builds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_program_in_each_download_is_known),
        cmocka_unit_test(another_file_is_looked_into_again),
        cmocka_unit_test(what_cannot_be_looked_into_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
