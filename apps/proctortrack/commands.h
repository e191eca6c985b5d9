/* The commands of the binary. Each is a file of its own and a row in the table of main.c.
 *
 * A command gets its own name as argv[0] and returns the exit status: EXIT_GOOD, EXIT_FAILED or
 * EXIT_USAGE. What it found goes to standard output, what went wrong to standard error. */
#pragma once

enum { EXIT_GOOD = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

int serve_run(int argc, char **argv);
int analyze_run(int argc, char **argv);
int eval_run(int argc, char **argv);
int judge_run(int argc, char **argv);
int admin_run(int argc, char **argv);
int export_run(int argc, char **argv);
int report_run(int argc, char **argv);
int verify_run(int argc, char **argv);
int worker_run(int argc, char **argv);
