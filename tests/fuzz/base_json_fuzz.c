/* modules: base */
/* JSON of strangers: what is accepted is written and read again to the same bytes, and the checked
 * members hold what they promise. */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool what)
{
    if (!what)
        abort();
}

static void check_members(const json_t *value)
{
    struct error err;
    struct str s;
    int64_t i;
    double d;
    bool b;
    if (json_get_str(value, "a", "s", 16, &s, &err))
        require(s.len <= 16 && str_is_utf8(s));
    else
        require(err.code == ERROR_INVALID && str_is_utf8(str_from(err.message)));
    if (json_get_i64(value, "", "i", -5, 1000, &i, &err))
        require(i >= -5 && i <= 1000);
    if (json_get_double(value, "", "d", -0.5, 1e6, &d, &err))
        require(d >= -0.5 && d <= 1e6);
    if (json_get_bool(value, "", "b", &b, &err))
        require(b == true || b == false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = {0};
    json_t *value = NULL, *again = NULL;
    CLEANUP(freep) char *text = NULL;
    CLEANUP(freep) char *text_again = NULL;
    if (!json_parse(str_bytes(data, size), &value, &err)) {
        require(err.code == ERROR_INVALID && str_is_utf8(str_from(err.message)));
        return 0;
    }
    check_members(value);
    require(json_text(value, &text, &err));
    require(json_parse(str_from(text), &again, &err));
    require(json_text(again, &text_again, &err));
    require(strcmp(text, text_again) == 0);
    json_decref(value);
    json_decref(again);
    return 0;
}
