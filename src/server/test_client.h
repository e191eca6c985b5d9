/* An HTTP client made of a plain socket, for the tests of this folder: it can be slow, rude and
 * wrong, which a proper one cannot. */
#pragma once
#include "support/test.h"

#include "server/transport.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct client {
    int fd;
    char *text; /* the answer's head, NUL-terminated */
    char *body;
    size_t body_len;
    unsigned status;
};

static struct transport *running; /* what they talk to */

static inline int dial(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(transport_port(running))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    struct timeval patience = {.tv_sec = 20};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
}

static inline bool send_all(int fd, const void *bytes, size_t len)
{
    for (size_t at = 0; at < len;) {
        ssize_t n = send(fd, (const char *)bytes + at, len - at, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

static inline void forget(struct client *c)
{
    free(c->text);
    free(c->body);
    c->text = c->body = NULL;
    c->body_len = 0;
    c->status = 0;
}

/* Reads one answer; false when the connection ends before it is whole. */
static inline bool receive(struct client *c, bool has_body)
{
    size_t len = 0, room = 1 << 16;
    char *text = malloc(room + 1), *end = NULL;
    forget(c);
    while (!end) {
        ssize_t n = recv(c->fd, text + len, 1, 0);
        if (n <= 0 || len == room) {
            free(text);
            return false;
        }
        len += (size_t)n;
        text[len] = '\0';
        end = len >= 4 ? strstr(text + len - 4, "\r\n\r\n") : NULL;
    }
    c->text = text;
    if (sscanf(text, "HTTP/1.1 %u", &c->status) != 1)
        return false;
    if (c->status == 100)
        return receive(c, has_body);
    const char *length = strcasestr(text, "\r\nContent-Length: ");
    size_t want = has_body && length ? strtoul(length + 18, NULL, 10) : 0;
    c->body = calloc(1, want + 1);
    while (c->body_len < want) {
        ssize_t n = recv(c->fd, c->body + c->body_len, want - c->body_len, 0);
        if (n <= 0)
            return false;
        c->body_len += (size_t)n;
    }
    return true;
}

/* One request on a connection of its own; the answer stays in *c until forget(). */
static inline unsigned ask(struct client *c, const char *request)
{
    c->fd = dial();
    assert_true(send_all(c->fd, request, strlen(request)));
    bool good = receive(c, strncmp(request, "HEAD", 4) != 0);
    close(c->fd);
    c->fd = -1;
    return good ? c->status : 0;
}

static inline bool has(const struct client *c, const char *what)
{
    return c->text && strcasestr(c->text, what);
}

static inline unsigned status_of(const char *request)
{
    struct client c = {.fd = -1};
    unsigned status = ask(&c, request);
    forget(&c);
    return status;
}
