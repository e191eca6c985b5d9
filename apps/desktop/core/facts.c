#include "app_core/facts.h"

#include <string.h>

void fact_text(char *ret, size_t size, struct str text)
{
    size_t len = MIN(text.len, size - 1);
    while (len && len < text.len && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
        len--;
    if (!str_is_utf8(str_slice(text, 0, len)))
        for (size_t i = 0; i < len; i++) /* names in some old encoding */
            ret[i] = (unsigned char)text.ptr[i] < 0x80 ? text.ptr[i] : '?';
    else if (len)
        memcpy(ret, text.ptr, len);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)ret[i] < ' ')
            ret[i] = ' ';
    ret[len] = '\0';
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

void fact_program_name(char *ret, size_t size, struct str path)
{
    for (size_t i = path.len; i > 0; i--) {
        if (path.ptr[i - 1] == '/' || path.ptr[i - 1] == '\\') {
            path = str_slice(path, i, path.len);
            break;
        }
    }
    if (path.len > 4 && str_eq_nocase(str_slice(path, path.len - 4, path.len), STR(".exe")))
        path.len -= 4;
    fact_text(ret, size, path);
    for (char *c = ret; *c; c++)
        *c = lower(*c);
}

static bool has_word(struct str text, const char *const *words)
{
    char copy[FACT_TEXT];
    fact_text(copy, sizeof copy, text);
    for (char *c = copy; *c; c++)
        *c = lower(*c);
    for (; *words; words++)
        if (strstr(copy, *words))
            return true;
    return false;
}

bool fact_is_virtual_camera(struct str name)
{
    static const char *const words[] = {"virtual",          "obs",      "manycam", "snap camera",
                                        "xsplit",           "droidcam", "iriun",   "v4l2loop",
                                        "dummy video",      "epoccam",  "mmhmm",   "camtwist",
                                        "nvidia broadcast", "e2esoft",  NULL};
    return has_word(name, words);
}

bool fact_is_on_ears(struct str name)
{
    static const char *const words[] = {"headphone", "headset",    "earbud",    "earphone",
                                        "airpods",   "hands-free", "handsfree", NULL};
    return has_word(name, words);
}
