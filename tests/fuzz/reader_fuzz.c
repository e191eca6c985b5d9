/* modules: media */
/* Recordings, as the decoder reads them: bit 0 of the first byte chooses a file or a pipe, the rest
 * is the recording. Frames and sound must keep to their limits and times must not go back. */
#include "media/reader.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define FRAMES_MAX 40

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool hear(void *context, const struct sound *s, struct error *err)
{
    int64_t *end_us = context;
    (void)err;
    if (s->time_us < *end_us - 1 || s->len == 0 || s->len > SOUND_RATE)
        abort();
    for (size_t i = 0; i < s->len; i++)
        if (!(s->samples[i] >= -8 && s->samples[i] <= 8))
            abort();
    *end_us = s->time_us + (int64_t)s->len * 1000000 / SOUND_RATE;
    return true;
}

static void read_frames(struct reader *r)
{
    struct error err;
    int64_t before_us = 0;
    for (int i = 0; i < FRAMES_MAX; i++) {
        struct frame *f = NULL;
        if (!reader_next(r, 0, &f, &err) || !f)
            return;
        if (f->width < 1 || f->height < 1 || f->width > MEDIA_SIDE_MAX ||
            f->height > MEDIA_SIDE_MAX || (int64_t)f->width * f->height > MEDIA_PIXELS_MAX ||
            f->time_us < before_us)
            abort();
        volatile uint8_t last = f->planes[2][((f->height + 1) / 2 - 1) * (ptrdiff_t)f->strides[2] +
                                             (f->width + 1) / 2 - 1];
        (void)last;
        before_us = f->time_us;
        frame_unref(f);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int ends[2];
    if (size < 1 || size > 60000) /* a pipe holds 64 KiB */
        return 0;
    int fd;
    if (data[0] & 1) {
        if (pipe(ends))
            abort();
        fd = ends[0];
        if (write(ends[1], data + 1, size - 1) != (ssize_t)size - 1)
            abort();
        close(ends[1]);
    } else {
        fd = memfd_create("recording", MFD_CLOEXEC);
        if (fd < 0 || write(fd, data + 1, size - 1) != (ssize_t)size - 1)
            abort();
    }
    struct reader *r = NULL;
    struct error err;
    int64_t heard_us = 0;
    const struct reader_ear ear = {hear, &heard_us};
    if (reader_open(fd, NULL, &r, &err)) {
        (void)!reader_hear(r, &ear, &err);
        read_frames(r);
    }
    reader_close(r);
    close(fd);
    return 0;
}
