/* modules: base crypto db blob analysis proctor paper */
/* Whatever a stranger wrote, cleaned text is UTF-8 without controls and stays so; a page made of it
 * has no more elements than the same page with an innocent word. And the size of any JPEG is read,
 * or it is refused. */
#include "paper/doc.h"
#include "paper/jpeg.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool what)
{
    if (!what)
        abort();
}

static size_t elements_with(struct str text)
{
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(buf_done) struct buf page = {0};
    struct doc d;
    size_t count = 0;
    doc_init(&d, &arena, "en");
    d.words = (struct doc_words){.contents = "c", .page = "{a}", .person = "p"};
    doc_text(&d, text);
    doc_said(&d, DOC_PERSON, text, text, text);
    require(doc_html(&d, &page, NULL) && str_is_utf8(buf_str(&page)));
    for (size_t i = 0; i < page.len; i++)
        count += page.ptr[i] == '<';
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct str input = str_bytes(data, size);
    struct doc d;
    int width = 0, height = 0;
    doc_init(&d, &arena, "en");
    struct str clean = doc_clean(&d, input);
    require(str_is_utf8(clean) && str_eq(doc_clean(&d, clean), clean));
    for (size_t i = 0; i < clean.len; i++)
        require((unsigned char)clean.ptr[i] >= ' ' || clean.ptr[i] == '\n');
    if (clean.len)
        require(elements_with(input) == elements_with(STR("word")));
    if (jpeg_size(input, &width, &height))
        require(width > 0 && width <= JPEG_SIDE_MAX && height > 0 && height <= JPEG_SIDE_MAX);
    return 0;
}
