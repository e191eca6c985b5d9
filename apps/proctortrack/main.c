/* One binary, many commands: this finds the row and runs it. */
#include "commands.h"

#include "analysis/examine.h"
#include "analysis/follow.h"

#include <stdio.h>
#include <string.h>

static const struct command {
    const char *name;
    const char *summary; /* NULL: not shown, it is started by other commands */
    int (*run)(int argc, char **argv);
} commands[] = {
    {"serve", "the whole system: pages, API, uploads, analysis", serve_run},
    {"analyze", "look through recordings and print the flags they raise", analyze_run},
    {"judge", "the flags of analysed recordings under another policy", judge_run},
    {"eval", "measure how right the analysis is, on recordings with known events", eval_run},
    {"export", "the evidence of a session as one file", export_run},
    {"report", "the report of a session as HTML or PDF, signed", report_run},
    {"verify", "check an archive or a report with the public key", verify_run},
    {"worker", "analyse the recordings of a server", worker_run},
    {"admin", "look after users; make the demo institution", admin_run},
    {"decoder", NULL, decoder_main},
    {"examiner", NULL, examiner_main},
};

static void print_help(FILE *to)
{
    fputs("proctortrack " PT_VERSION ": remote proctoring of online exams\n\n"
          "usage: proctortrack COMMAND [OPTION...]\n\ncommands:\n",
          to);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (commands[i].summary)
            fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].summary);
    fputs("\n`proctortrack COMMAND --help` tells about one of them.\n", to);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return EXIT_GOOD;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("proctortrack " PT_VERSION);
        return EXIT_GOOD;
    }
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    fprintf(stderr, "proctortrack: there is no command \"%s\" (proctortrack --help lists them)\n",
            argv[1]);
    return EXIT_USAGE;
}
