/* A server for the tests, behind the interface of http.h: keeps uploads as bytes and events as
 * lines, and fails as it is told. */
#pragma once
#include "app_core/http.h"

#define TEST_UPLOADS_MAX 8

struct test_server {
    struct buf uploads[TEST_UPLOADS_MAX];
    int64_t lengths[TEST_UPLOADS_MAX]; /* -1: not told */
    size_t uploads_len;
    struct buf events; /* the requests' bodies, a line each */
    struct buf checks, beats;
    bool recording;    /* takes recordings */
    bool finished;     /* the exam */
    bool overridden;   /* every point was let pass */
    bool unauthorized; /* knows no token any more */
    int requests;
    /* The so-manieth request from now: is not reached, or its answer is lost. 0: none. */
    int cut_at, lost_at;
    bool gone; /* none is reached */
};

void test_server_done(struct test_server *s);
struct http *test_http(struct test_server *s); /* the caller ends it with http_destroy() */
