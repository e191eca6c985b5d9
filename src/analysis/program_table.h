/* Programs by what they are for, known by the names of their executables: what an exam may forbid
 * to run beside it. The desktop app is given the list; the rules judge by it what the app reports.
 */
#pragma once
#include "analysis/policy.h"

struct program_kind_row {
    const char *name;            /* "office": as in a policy */
    const char *title;           /* "office programs": for people */
    const char *const *programs; /* lower case, without ".exe"; ended by NULL */
};

const struct program_kind_row *program_kind_row(enum program_kind kind); /* not of PROGRAM_NONE */
enum program_kind program_kind_from_name(struct str name); /* PROGRAM_NONE for another text */
/* The kind under which the policy forbids this program; PROGRAM_NONE when it does not. PROGRAM_OWN
 * is the exam's own list. Case and ".exe" do not count. */
enum program_kind program_forbidden(const struct policy *p, struct str name);
