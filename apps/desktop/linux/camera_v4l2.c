/* Pictures are asked for as YUYV, which nearly every webcam gives; of one that gives only MJPEG it
 * is told that it opens and sends pictures of different bytes. Nothing of a picture is kept. */
#include "camera_v4l2.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define BUFFERS 3
#define FRAMES 12 /* the first are often black */
#define FRAME_WAIT_MS 1500
#define FRAME_BYTES_MAX ((size_t)1 << 24)

struct camera {
    int fd;
    bool yuyv;
    struct {
        void *ptr;
        size_t len;
    } buffers[BUFFERS];
    unsigned buffers_len;
};

static int control(int fd, unsigned long request, void *argument)
{
    int result;
    do
        result = ioctl(fd, request, argument);
    while (result < 0 && errno == EINTR);
    return result;
}

void camera_compare(const unsigned char *a, const unsigned char *b, size_t pixels, bool *ret_moves,
                    double *ret_light)
{
    uint64_t sum = 0;
    size_t differing = 0;
    for (size_t i = 0; i < pixels; i++) {
        differing += a[2 * i] != b[2 * i];
        sum += b[2 * i];
    }
    /* A sensor's noise touches far more; a still picture touches none. */
    *ret_moves = differing * 1000 > pixels;
    *ret_light = pixels ? ((double)sum / (double)pixels - 16) / 219 : 0;
    *ret_light = *ret_light < 0 ? 0 : *ret_light;
}

static bool set_format(struct camera *c)
{
    struct v4l2_format f = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    f.fmt.pix.width = 640;
    f.fmt.pix.height = 480;
    f.fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV;
    f.fmt.pix.field = V4L2_FIELD_ANY;
    if (control(c->fd, VIDIOC_S_FMT, &f) < 0)
        return false;
    c->yuyv = f.fmt.pix.pixelformat == V4L2_PIX_FMT_YUYV;
    return true;
}

static bool map_buffers(struct camera *c)
{
    struct v4l2_requestbuffers r = {
        .count = BUFFERS, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    if (control(c->fd, VIDIOC_REQBUFS, &r) < 0)
        return false;
    for (unsigned i = 0; i < r.count && i < BUFFERS; i++) {
        struct v4l2_buffer b = {
            .index = i, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
        if (control(c->fd, VIDIOC_QUERYBUF, &b) < 0 || b.length > FRAME_BYTES_MAX)
            return false;
        void *ptr = mmap(NULL, b.length, PROT_READ, MAP_SHARED, c->fd, b.m.offset);
        if (ptr == MAP_FAILED)
            return false;
        c->buffers[c->buffers_len].ptr = ptr;
        c->buffers[c->buffers_len++].len = b.length;
        if (control(c->fd, VIDIOC_QBUF, &b) < 0)
            return false;
    }
    return c->buffers_len > 0;
}

static bool next_frame(struct camera *c, struct v4l2_buffer *ret)
{
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    *ret = (struct v4l2_buffer){.type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    return poll(&p, 1, FRAME_WAIT_MS) > 0 && control(c->fd, VIDIOC_DQBUF, ret) == 0 &&
           ret->index < c->buffers_len;
}

static void watch(struct camera *c, struct camera_look *ret)
{
    CLEANUP(freep) unsigned char *before = NULL;
    size_t before_len = 0;
    for (int i = 0; i < FRAMES; i++) {
        struct v4l2_buffer b;
        if (!next_frame(c, &b))
            return;
        size_t len = MIN((size_t)b.bytesused, c->buffers[b.index].len);
        const unsigned char *now = c->buffers[b.index].ptr;
        if (i == FRAMES - 2 && (before = malloc(MAX(len, 1)))) {
            memcpy(before, now, len);
            before_len = len;
        } else if (i == FRAMES - 1 && before && c->yuyv) {
            camera_compare(before, now, MIN(len, before_len) / 2, &ret->live, &ret->light);
        } else if (i == FRAMES - 1 && before) {
            ret->live = len != before_len || memcmp(before, now, len) != 0;
            ret->light = 1; /* cannot be told from compressed pictures; the page looks, too */
        }
        if (control(c->fd, VIDIOC_QBUF, &b) < 0)
            return;
    }
}

static void look_into(struct camera *c, struct camera_look *ret)
{
    enum v4l2_buf_type type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (!set_format(c) || !map_buffers(c) || control(c->fd, VIDIOC_STREAMON, &type) < 0) {
        ret->busy = errno == EBUSY; /* by the browser, as it must be during a check-in */
    } else {
        ret->opened = true;
        watch(c, ret);
        control(c->fd, VIDIOC_STREAMOFF, &type);
    }
    for (unsigned i = 0; i < c->buffers_len; i++)
        munmap(c->buffers[i].ptr, c->buffers[i].len);
}

/* Nodes that are no cameras (metadata, decoders) are passed over. */
static void look_at(const char *path, struct camera_look *ret)
{
    struct camera c = {.fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)};
    struct v4l2_capability about = {.driver = ""};
    if (c.fd < 0) {
        if (errno == EACCES && !ret->cameras) {
            ret->cameras = 1; /* there is one that this user may not open */
            fact_text(ret->name, sizeof ret->name, str_from(path));
        }
        return;
    }
    if (control(c.fd, VIDIOC_QUERYCAP, &about) == 0 && about.device_caps & V4L2_CAP_VIDEO_CAPTURE) {
        struct str name = str_from((const char *)about.card);
        ret->cameras++;
        if (!ret->opened) {
            fact_text(ret->name, sizeof ret->name, name);
            ret->virtual_one = fact_is_virtual_camera(name) ||
                               strcmp((const char *)about.driver, "v4l2 loopback") == 0;
            look_into(&c, ret);
        }
    }
    close(c.fd);
}

bool camera_look_v4l2(const char *folder, struct camera_look *ret, struct error *err)
{
    (void)err;
    DIR *dir = opendir(folder);
    if (!dir)
        return true; /* no devices, no cameras */
    for (struct dirent *entry; (entry = readdir(dir));) {
        char path[512];
        if (strncmp(entry->d_name, "video", 5) != 0)
            continue;
        if (snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) < (int)sizeof path)
            look_at(path, ret);
    }
    closedir(dir);
    return true;
}
