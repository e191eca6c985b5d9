/* For the tests of this folder: is a page well formed? */
#pragma once
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

/* Every element that is opened is closed, in order; attributes are in quotes; no '<' or '&' stands
 * for itself. Of the page's own style nothing is read. */
static inline void assert_well_formed(const char *page)
{
    char open[64][16];
    size_t depth = 0;
    const char *at = strstr(page, "<html");
    assert_non_null(at);
    while (*at) {
        if (*at == '&') {
            size_t len = strcspn(at, ";");
            assert_true(len < 8 &&
                        strspn(at + 1, "abcdefghijklmnopqrstuvwxyz#0123456789") == len - 1);
        }
        if (*at++ != '<')
            continue;
        bool closes = *at == '/';
        at += closes;
        size_t len = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789");
        assert_true(len > 0 && len < sizeof open[0]);
        const char *name = at;
        bool quoted = false;
        for (at += len; *at && (quoted || *at != '>'); at++) {
            assert_true(*at != '<');
            quoted ^= *at == '"';
        }
        assert_true(*at == '>' && !quoted);
        if (closes) {
            assert_true(depth > 0);
            depth--;
            assert_true(strlen(open[depth]) == len && strncmp(open[depth], name, len) == 0);
        } else if (at[-1] != '/') {
            assert_true(depth < 64);
            memcpy(open[depth], name, len);
            open[depth++][len] = '\0';
            if (strncmp(name, "style", len) == 0)
                at = strstr(at, "</style>") - 1;
        }
        at++;
    }
    assert_int_equal(depth, 0);
}
