/* ITU T.81, annex B: markers with lengths until the frame's header. */
#include "paper/jpeg.h"

#define MARKER_EOI 0xd9
#define MARKER_SOS 0xda
#define SEGMENTS_MAX 100

static int u16(const unsigned char *at) { return at[0] << 8 | at[1]; }

static bool has_no_length(int marker) { return (marker >= 0xd0 && marker <= 0xd8) || marker == 1; }

/* Baseline, extended and progressive Huffman: what every viewer of a PDF can show. */
static bool is_frame(int marker) { return marker >= 0xc0 && marker <= 0xc2; }

/* Other frames: lossless, differential, arithmetic. Tables (c4, cc) and c8 are none. */
static bool is_other_frame(int marker)
{
    return marker > 0xc2 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static bool read_frame(const unsigned char *at, int length, int *ret_width, int *ret_height)
{
    if (length < 8 || at[2] != 8)
        return false;
    int height = u16(at + 3), width = u16(at + 5), parts = at[7];
    if (width < 1 || width > JPEG_SIDE_MAX || height < 1 || height > JPEG_SIDE_MAX ||
        (parts != 1 && parts != 3))
        return false;
    *ret_width = width;
    *ret_height = height;
    return true;
}

bool jpeg_size(struct str bytes, int *ret_width, int *ret_height)
{
    const unsigned char *b = (const unsigned char *)bytes.ptr;
    size_t at = 2;
    if (bytes.len < 4 || b[0] != 0xff || b[1] != 0xd8)
        return false;
    for (int i = 0; i < SEGMENTS_MAX; i++) {
        while (at + 1 < bytes.len && b[at] == 0xff && b[at + 1] == 0xff) /* fill bytes */
            at++;
        if (bytes.len - at < 4 || b[at] != 0xff)
            return false;
        int marker = b[at + 1];
        at += 2;
        if (has_no_length(marker))
            continue;
        int length = u16(b + at);
        if (marker == MARKER_EOI || marker == MARKER_SOS || is_other_frame(marker) || length < 2 ||
            (size_t)length > bytes.len - at)
            return false;
        if (is_frame(marker))
            return read_frame(b + at, length, ret_width, ret_height);
        at += (size_t)length;
    }
    return false;
}
