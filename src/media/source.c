/* The tap gets each byte once and in order, whatever libav jumps about: a run of bytes read again
 * is left out, and a run read ahead is seen when it is reached. */
#include "media/source.h"

#include <errno.h>
#include <libavutil/error.h>
#include <libavutil/mem.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_SIZE (64 << 10)

static ssize_t read_some(int fd, void *to, size_t len)
{
    ssize_t got;
    do
        got = read(fd, to, len);
    while (got < 0 && errno == EINTR);
    return got;
}

bool source_init(struct source *s, int fd, const struct reader_tap *tap, struct error *err)
{
    struct stat st;
    if (fstat(fd, &st))
        return error_errno(err, errno, "recording");
    *s = (struct source){.fd = fd, .file = S_ISREG(st.st_mode)};
    if (tap)
        s->tap = *tap;
    if (s->file && lseek(fd, 0, SEEK_SET) < 0)
        return error_errno(err, errno, "recording");
    return true;
}

bool source_peek(struct source *s, size_t len, struct error *err)
{
    while (s->peeked_len < MIN(len, (size_t)SOURCE_PEEK_MAX)) {
        ssize_t got = read_some(s->fd, s->peeked + s->peeked_len, len - s->peeked_len);
        if (got < 0)
            return error_errno(err, errno, "read the recording");
        if (got == 0)
            break;
        s->peeked_len += (size_t)got;
    }
    return true;
}

static void listen_in(struct source *s, const uint8_t *bytes, size_t len)
{
    uint64_t end = s->at + len;
    if (s->tap.bytes && s->at <= s->tapped && s->tapped < end) {
        size_t known = (size_t)(s->tapped - s->at);
        s->tap.bytes(s->tap.context, str_bytes(bytes + known, len - known));
        s->tapped = end;
    }
    s->at = end;
}

static int read_packet(void *context, uint8_t *to, int size)
{
    struct source *s = context;
    ssize_t got;
    if (s->at < s->peeked_len) {
        got = MIN(size, (int)(s->peeked_len - s->at));
        memcpy(to, s->peeked + s->at, (size_t)got);
    } else {
        got = read_some(s->fd, to, (size_t)size);
    }
    if (got < 0) {
        s->error_number = errno;
        return AVERROR(errno);
    }
    if (got == 0) {
        s->ended = true;
        return AVERROR_EOF;
    }
    listen_in(s, to, (size_t)got);
    return (int)got;
}

static int64_t seek_to(void *context, int64_t offset, int whence)
{
    struct source *s = context;
    if (whence & AVSEEK_SIZE) {
        struct stat st;
        return fstat(s->fd, &st) ? AVERROR(errno) : st.st_size;
    }
    whence &= ~AVSEEK_FORCE;
    if (whence == SEEK_CUR) {
        if (__builtin_add_overflow(offset, (int64_t)s->at, &offset))
            return AVERROR(EINVAL);
        whence = SEEK_SET;
    }
    if (whence != SEEK_SET && whence != SEEK_END)
        return AVERROR(EINVAL);
    if (whence == SEEK_SET && offset >= 0 && offset < (int64_t)s->peeked_len) {
        if (lseek(s->fd, (off_t)s->peeked_len, SEEK_SET) < 0)
            return AVERROR(errno);
        s->at = (uint64_t)offset; /* from here the peeked bytes serve */
        return offset;
    }
    off_t now = lseek(s->fd, (off_t)offset, whence);
    if (now < 0)
        return AVERROR(errno);
    if ((uint64_t)now < s->peeked_len && lseek(s->fd, (off_t)s->peeked_len, SEEK_SET) < 0)
        return AVERROR(errno);
    s->at = (uint64_t)now;
    return now;
}

bool source_open_avio(struct source *s, bool seek, AVIOContext **ret, struct error *err)
{
    uint8_t *buffer = av_malloc(BUFFER_SIZE);
    if (!buffer)
        return error_no_memory(err);
    AVIOContext *avio = avio_alloc_context(buffer, BUFFER_SIZE, 0, s, read_packet, NULL,
                                           s->file && seek ? seek_to : NULL);
    if (!avio) {
        av_free(buffer);
        return error_no_memory(err);
    }
    *ret = avio;
    return true;
}

void source_close_avio(AVIOContext **avio)
{
    if (!*avio)
        return;
    av_freep(&(*avio)->buffer);
    avio_context_free(avio);
}

void source_drain(struct source *s)
{
    uint8_t bytes[4096];
    if (!s->file)
        while (read_packet(s, bytes, sizeof bytes) > 0)
            ;
}
