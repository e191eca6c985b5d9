/* `proctortrack admin`: looks after the people of a data folder, also while a server runs on it. */
#include "admin.h"
#include "commands.h"

#include "base/buf.h"
#include "campus/demo.h"
#include "campus/user.h"
#include "crypto/crypto.h"
#include "crypto/password.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* clang-format off */
static const char help[] =
    "usage: proctortrack admin user add USERNAME --data DIR --role ROLE --name NAME --email ADDRESS\n"
    "       proctortrack admin user passwd USERNAME --data DIR\n"
    "       proctortrack admin user list --data DIR\n"
    "       proctortrack admin user erase USERNAME --data DIR\n"
    "       proctortrack admin exam policy TITLE FILE --data DIR\n"
    "       proctortrack admin staff add TITLE USERNAME --data DIR\n"
    "       proctortrack admin staff remove TITLE USERNAME --data DIR\n"
    "       proctortrack admin staff list TITLE --data DIR\n"
    "       proctortrack admin terms set --data DIR [--exam TITLE] [--recordings-days N]\n"
    "           [--derived-days N] [--identity-days N] [--appeal-days N] [--staff-names yes|no]\n"
    "       proctortrack admin terms list --data DIR\n"
    "       proctortrack admin compact --data DIR\n"
    "       proctortrack admin accommodation set USERNAME --data DIR [--exam TITLE]\n"
    "           [--extra-percent N] [--extra-minutes N] [--policy FILE]\n"
    "       proctortrack admin accommodation list --data DIR\n"
    "       proctortrack admin accommodation remove ID --data DIR\n"
    "       proctortrack admin demo --data DIR\n"
    "\n"
    "Looks after the people who may sign in. Works while a server runs on the same folder.\n"
    "\n"
    "  user add     makes an account; its password is asked for, or read from standard input\n"
    "  user passwd  sets a new password, asked for or read likewise\n"
    "  user list    prints user name, role, name and address of everybody\n"
    "  user erase   deletes for ever all that is known of a candidate: recordings and their keys,\n"
    "               what was measured, identity profile, conversations, answers, files, name and\n"
    "               address. Prints the signed receipts, a line each. An account without a name stays,\n"
    "               with its attempts' times and points. Refused while an appeal of theirs waits\n"
    "  exam policy  sets how an exam is proctored (docs/policy.md): FILE is checked, and holds for\n"
    "               the sessions that are made from then on\n"
    "  staff add    puts an instructor or a proctor on the staff of an exam: they see it and all that\n"
    "               is in it, and no other exam\n"
    "  staff remove takes them off it again\n"
    "  staff list   prints user name, role and name of an exam's staff\n"
    "  terms set    sets how long recordings, what was derived from them, and identity profiles are\n"
    "               kept after the end of a sitting, how long a candidate can appeal after the release\n"
    "               (0: not at all), and whether they read the names of those who decided: of an exam,\n"
    "               or of all that have none of their own. Longer times hold for sessions that are made\n"
    "               from then on, shorter ones at once\n"
    "  terms list   prints them, with the exams'\n"
    "  compact      writes the database anew, so that nothing deleted is left in it; other writers\n"
    "               wait. `user erase` does it by itself where it takes seconds\n"
    "  accommodation set     gives a candidate more time, and a patch on the policy of the exam\n"
    "                        (docs/policy.md, \"Accommodations\"), in one exam or in all; prints its\n"
    "                        number. It stands instead of an earlier one for the same\n"
    "  accommodation list    prints number, user name, exam, time and patch of all\n"
    "  accommodation remove  takes one back\n"
    "  demo         makes a demo institution (six people, a practice test, an exam) and prints\n"
    "               how to sign in; what is there already is left as it is\n"
    "\n"
    "options:\n"
    "  --data DIR       the data folder; made when it is absent\n"
    "  --role ROLE      candidate, instructor, proctor, support or admin\n"
    "  --name NAME      full name, as reviewers shall see it\n"
    "  --email ADDRESS  where the person is written to\n"
    "  --exam TITLE     the exam; without it all exams\n"
    "  --extra-percent N, --extra-minutes N\n"
    "                   come to the exam's time; both may be given\n"
    "  --policy FILE    the patch, JSON of at most 4096 bytes\n"
    "  --help           this\n"
    "\n"
    "A user name is a-z, 0-9, '.', '_' and '-' and begins with a letter. A password has at least\n"
    "8 characters. PROCTORTRACK_DEMO_PASSWORD in the environment is the password of everybody in\n"
    "the demo; without it each gets one at random, which is printed this once.\n"
    "\n"
    "example:\n"
    "  proctortrack admin user add ada.lovelace --data /var/lib/proctortrack --role instructor \\\n"
    "    --name \"Ada Lovelace\" --email ada@example.org\n"
    "\n"
    "Exit status: 0 done, 1 it could not be done (one line on standard error says why), 2 the\n"
    "command line was wrong.\n";
/* clang-format on */

static int usage(const char *problem)
{
    fprintf(stderr, "proctortrack admin: %s (proctortrack admin --help tells more)\n", problem);
    return EXIT_USAGE;
}

static int failed(const struct error *err)
{
    fprintf(stderr, "proctortrack admin: %s\n", err->message);
    return EXIT_FAILED;
}

/* ---- passwords ---- */

static bool read_line(char *ret, size_t size, struct error *err)
{
    if (!fgets(ret, (int)size, stdin))
        return error_set(err, ERROR_INVALID, "no password on standard input");
    size_t len = strlen(ret);
    if (len && ret[len - 1] == '\n')
        ret[len - 1] = '\0';
    else if (len == size - 1)
        return error_set(err, ERROR_INVALID, "a password has at most %d bytes", PASSWORD_MAX);
    return true;
}

/* Asks twice on a terminal, without showing what is typed. */
static bool ask_password(char ret[PASSWORD_MAX + 2], struct error *err)
{
    char again[PASSWORD_MAX + 2];
    struct termios before, silent;
    if (!isatty(STDIN_FILENO))
        return read_line(ret, PASSWORD_MAX + 2, err);
    if (tcgetattr(STDIN_FILENO, &before))
        return error_errno(err, errno, "the terminal");
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    fputs("Password: ", stderr);
    bool good = read_line(ret, PASSWORD_MAX + 2, err);
    if (good) {
        fputs("\nAgain: ", stderr);
        good = read_line(again, sizeof again, err);
    }
    fputs("\n", stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    if (good && strcmp(ret, again) != 0)
        good = error_set(err, ERROR_INVALID, "the two passwords differ");
    crypto_wipe(again, sizeof again);
    return good;
}

/* ---- the commands ---- */

static bool user_add(struct data *d, const struct admin_settings *s, struct error *err)
{
    char password[PASSWORD_MAX + 2] = "";
    int64_t id;
    struct user_spec spec = {
        .username = str_from(s->words[2]),
        .full_name = str_from(s->name),
        .email = str_from(s->email),
        .role = user_role_from_name(str_from(s->role)),
    };
    bool good = ask_password(password, err);
    spec.password = str_from(password);
    good = good && user_create(d->campus, &spec, &id, err);
    crypto_wipe(password, sizeof password);
    return good;
}

static bool user_passwd(struct data *d, const struct admin_settings *s, struct error *err)
{
    char password[PASSWORD_MAX + 2] = "";
    bool good = ask_password(password, err) &&
                user_set_password(d->campus, str_from(s->words[2]), str_from(password), err);
    crypto_wipe(password, sizeof password);
    return good;
}

static bool list_users(struct data *d, const struct admin_settings *s, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct user *users;
    size_t len;
    (void)s;
    if (!user_list(d->campus, &arena, &users, &len, err))
        return false;
    for (size_t i = 0; i < len; i++)
        printf("%-20s %-10s %s <%s>%s\n", users[i].username, user_role_name(users[i].role),
               users[i].full_name, users[i].email, users[i].active ? "" : " (not active)");
    return true;
}

static bool make_demo(struct data *d, const struct admin_settings *s, struct error *err)
{
    CLEANUP(buf_done) struct buf text = {0};
    struct demo demo;
    (void)s;
    if (!campus_demo_seed(d->campus, getenv("PROCTORTRACK_DEMO_PASSWORD"), &demo, err))
        return false;
    campus_demo_text(&demo, &text);
    crypto_wipe(&demo, sizeof demo);
    if (!buf_ok(&text, err))
        return false;
    fwrite(text.ptr, 1, text.len, stdout);
    return true;
}

static const struct admin_command {
    const char *words[2]; /* the second may be NULL */
    int words_len;        /* with the user's name, if it takes one */
    bool describes;       /* it takes --role, --name and --email, and needs them */
    bool (*run)(struct data *d, const struct admin_settings *s, struct error *err);
} commands[] = {
    {{"user", "add"}, 3, true, user_add},
    {{"user", "passwd"}, 3, false, user_passwd},
    {{"user", "list"}, 2, false, list_users},
    {{"user", "erase"}, 3, false, admin_user_erase},
    {{"exam", "policy"}, 4, false, admin_exam_policy},
    {{"staff", "add"}, 4, false, admin_staff_add},
    {{"staff", "remove"}, 4, false, admin_staff_remove},
    {{"staff", "list"}, 3, false, admin_staff_list},
    {{"terms", "set"}, 2, false, admin_terms_set},
    {{"terms", "list"}, 2, false, admin_terms_list},
    {{"compact", NULL}, 1, false, admin_compact},
    {{"accommodation", "set"}, 3, false, admin_accommodation_set},
    {{"accommodation", "list"}, 2, false, admin_accommodation_list},
    {{"accommodation", "remove"}, 3, false, admin_accommodation_remove},
    {{"demo", NULL}, 1, false, make_demo},
};

static const struct admin_command *find_command(const struct admin_settings *s)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        const struct admin_command *c = &commands[i];
        if (s->words_len > 0 && strcmp(s->words[0], c->words[0]) == 0 &&
            (!c->words[1] || (s->words_len > 1 && strcmp(s->words[1], c->words[1]) == 0)))
            return c;
    }
    return NULL;
}

static int parse(int argc, char **argv, struct admin_settings *s)
{
    static const struct option options[] = {
        {"data", required_argument, NULL, 'd'},
        {"role", required_argument, NULL, 'r'},
        {"name", required_argument, NULL, 'n'},
        {"email", required_argument, NULL, 'e'},
        {"exam", required_argument, NULL, 'x'},
        {"extra-percent", required_argument, NULL, 'p'},
        {"extra-minutes", required_argument, NULL, 'm'},
        {"policy", required_argument, NULL, 'y'},
        {"recordings-days", required_argument, NULL, 'R'},
        {"derived-days", required_argument, NULL, 'D'},
        {"identity-days", required_argument, NULL, 'I'},
        {"appeal-days", required_argument, NULL, 'A'},
        {"staff-names", required_argument, NULL, 'S'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        switch (c) {
        case 'd':
            s->data = optarg;
            break;
        case 'r':
            s->role = optarg;
            break;
        case 'n':
            s->name = optarg;
            break;
        case 'e':
            s->email = optarg;
            break;
        case 'x':
            s->exam = optarg;
            break;
        case 'p':
            s->percent = optarg;
            break;
        case 'm':
            s->minutes = optarg;
            break;
        case 'y':
            s->policy = optarg;
            break;
        case 'R':
            s->recordings_days = optarg;
            break;
        case 'D':
            s->derived_days = optarg;
            break;
        case 'I':
            s->identity_days = optarg;
            break;
        case 'A':
            s->appeal_days = optarg;
            break;
        case 'S':
            s->staff_names = optarg;
            break;
        case 'h':
            fputs(help, stdout);
            return EXIT_GOOD;
        default:
            return usage("an option is not known or lacks its value");
        }
    }
    s->words = argv + optind;
    s->words_len = argc - optind;
    return -1; /* go on */
}

int admin_run(int argc, char **argv)
{
    struct admin_settings s = {0};
    struct data d;
    struct error err;
    int status = parse(argc, argv, &s);
    if (status >= 0)
        return status;
    const struct admin_command *c = find_command(&s);
    if (!c)
        return usage(
            "say `user add`, `user passwd`, `user list`, `user erase`, `exam policy`, `staff add`, "
            "`staff remove`, `staff list`, `terms set`, "
            "`terms list`, `compact`, "
            "`accommodation set`, `accommodation list`, `accommodation remove` or "
            "`demo`");
    if (s.words_len != c->words_len)
        return usage(s.words_len < c->words_len
                         ? "a user name, a title, a file or a number is missing"
                         : "there is a word too many");
    if (!s.data)
        return usage("--data is missing");
    if (c->describes && (!s.role || !s.name || !s.email))
        return usage("--role, --name and --email are needed");
    if (c->describes && user_role_from_name(str_from(s.role)) == USER_ROLE_NONE)
        return usage("--role is candidate, instructor, proctor, support or admin");
    if (!crypto_start(&err) || !data_open(s.data, &d, &err))
        return failed(&err);
    bool good = c->run(&d, &s, &err);
    data_close(&d);
    return good ? EXIT_GOOD : failed(&err);
}
