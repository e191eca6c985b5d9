/* modules: detect
 *
 * What a screen shows is a stranger's: any picture is searched for lines, any text for words. */
#include "detect/screen_clock.h"
#include "detect/screen_words.h"
#include "detect/text_lines.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINES_MAX 50

static void read_words(struct str line)
{
    static const char own[][SCREEN_WORD_MAX] = {"help.example", "42"};
    static struct screen_words *w; /* made once: it does not change */
    struct screen_match matches[SCREEN_LINE_MATCHES_MAX];
    struct error err;
    (void)clock_watch_is_time(line);
    (void)screen_word_is_good(line);
    if (!w && !screen_words_create(own, ARRAY_LEN(own), &w, &err))
        return;
    for (int top = 0; top < 2; top++) {
        size_t len = screen_words_match(w, line, &(struct screen_place){top}, matches);
        for (size_t i = 0; i < len; i++)
            if (matches[i].points < 1 || matches[i].points > SCREEN_POINTS_MIN)
                abort();
    }
}

static void find_lines(const uint8_t *luma, int width, int height)
{
    struct text_lines *t = NULL;
    struct text_rect lines[LINES_MAX];
    const struct text_rect whole = {0, 0, width, height};
    const uint8_t *picture;
    struct error err;
    size_t len;
    if (!text_lines_create(&t, &err))
        return;
    if (text_lines_find(t, luma, width, &whole, lines, LINES_MAX, &len, &err))
        for (size_t i = 0; i < len; i++) {
            const struct text_rect *r = &lines[i];
            if (r->x < 0 || r->y < 0 || r->x + r->width > width || r->y + r->height > height ||
                !text_lines_picture(t, r, 2, &picture, &err))
                abort();
        }
    text_lines_destroy(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    read_words(str_bytes((const char *)data, MIN(size, 300U)));
    int width = data[0] + 1, height = (int)((size - 1) / (size_t)width);
    if (height > 0)
        find_lines(data + 1, width, MIN(height, 400));
    return 0;
}
