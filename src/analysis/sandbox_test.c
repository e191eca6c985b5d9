/* Each forbidden thing is tried by a child of its own, which must not live to tell. */
#include "analysis/sandbox.h"

#include "support/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void *code; /* a page that was writable and executable before the sandbox was closed */

static void allocate(void)
{
    for (size_t i = 1; i <= 64; i++) {
        char *memory = malloc(i << 20);
        if (!memory)
            _exit(9);
        memset(memory, 1, i << 10);
        free(memory);
    }
}
static void write_out(void)
{
    if (write(STDOUT_FILENO, "x", 1) != 1)
        _exit(9);
}
static void read_in(void)
{
    char c;
    struct stat st;
    if (read(STDIN_FILENO, &c, 1) != 0 || fstat(STDIN_FILENO, &st))
        _exit(9);
}
static void ask_for_too_much(void)
{
    if (malloc((size_t)8 << 30)) /* refused by the limit, not by death */
        _exit(9);
}

static void open_file(void) /* refused, not punished: a library may ask */
{
    if (open("/etc/passwd", O_RDONLY) >= 0)
        _exit(9);
}
static void open_file_to_write(void) { (void)!open("/etc/passwd", O_RDWR); }
static void make_file(void)
{
    (void)!open("/tmp/proctortrack_sandbox_test", O_WRONLY | O_CREAT, 0600);
}
static void open_socket(void) { (void)!socket(AF_INET, SOCK_STREAM, 0); }
static void fork_child(void) { (void)!fork(); }
static void run_program(void) { execl("/bin/true", "true", (char *)NULL); }
static void map_code(void)
{
    (void)!mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
static void make_code(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    (void)!mprotect(page, 4096, PROT_READ | PROT_EXEC);
}
static void map_file(void) { (void)!mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0); }
static void write_elsewhere(void) { (void)!write(7, "x", 1); }
static void kill_parent(void) { kill(getppid(), SIGTERM); }
static void write_code(void) { *(volatile char *)code = 0x55; }

/* How a child ends that closes its sandbox and then does `act`. */
static int end_of(void (*act)(void))
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int nothing = open("/dev/null", O_RDWR);
        dup2(nothing, STDIN_FILENO);
        dup2(nothing, STDOUT_FILENO);
        signal(SIGSEGV, SIG_DFL); /* cmocka would go on in this child */
        struct error err;
        if (!sandbox_close(&err))
            _exit(8);
        act();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void what_decoding_needs_goes_on(void **state)
{
    (void)state;
    static void (*const allowed[])(void) = {allocate, write_out, read_in, open_file};
    for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
        assert_int_equal(end_of(allowed[i]), 0);
}

static void everything_else_ends_the_process(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*act)(void);
    } forbidden[] = {
        {"open a file to write", open_file_to_write},
        {"make a file", make_file},
        {"open a socket", open_socket},
        {"fork", fork_child},
        {"run a program", run_program},
        {"map executable memory", map_code},
        {"make memory code", make_code},
        {"map a file", map_file},
        {"write elsewhere", write_elsewhere},
        {"kill another", kill_parent},
    };
    for (size_t i = 0; i < ARRAY_LEN(forbidden); i++) {
        int status = end_of(forbidden[i].act);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
            fail_msg("%s: status %x", forbidden[i].name, (unsigned)status);
    }
}

static void machine_code_made_before_can_no_longer_be_written(void **state)
{
    (void)state;
    code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(code, MAP_FAILED);
    int status = end_of(write_code);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) != 0); /* a sanitizer makes it an exit */
    munmap(code, 4096);
}

static void memory_has_an_end(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip(); /* they need more address space than the limit allows, so it is not set */
#endif
    assert_int_equal(end_of(ask_for_too_much), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_decoding_needs_goes_on),
        cmocka_unit_test(everything_else_ends_the_process),
        cmocka_unit_test(machine_code_made_before_can_no_longer_be_written),
        cmocka_unit_test(memory_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
