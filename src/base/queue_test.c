#include "base/queue.h"
#include "support/fault.h"
#include "support/test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#define PER_THREAD 5000
#define THREADS 4

static void items_come_out_in_order(void **state)
{
    (void)state;
    struct queue *q;
    struct error err;
    int items[3];
    void *item;
    assert_good(queue_create(3, &q, &err), err);
    for (int round = 0; round < 3; round++) { /* around the end of the ring */
        for (int i = 0; i < 2; i++)
            assert_good(queue_push(q, &items[i], NULL, &err), err);
        assert_int_equal(queue_len(q), 2);
        for (int i = 0; i < 2; i++) {
            assert_true(queue_pop(q, &item));
            assert_ptr_equal(item, &items[i]);
        }
    }
    queue_close(q);
    queue_destroy(q);
    queue_destroy(NULL);
}

static atomic_int dropped;

static void drop(void *item)
{
    (void)item;
    dropped++;
}

static void a_closed_queue_gives_what_is_left_and_takes_no_more(void **state)
{
    (void)state;
    struct queue *q;
    struct error err;
    int a, b;
    void *item;
    assert_good(queue_create(4, &q, &err), err);
    assert_good(queue_push(q, &a, drop, &err), err);
    queue_close(q);
    dropped = 0;
    assert_error(queue_push(q, &b, drop, &err), err, ERROR_CLOSED);
    assert_int_equal(dropped, 1); /* the item was not lost: its owner's drop() had it */
    assert_true(queue_pop(q, &item));
    assert_ptr_equal(item, &a);
    assert_false(queue_pop(q, &item));
    queue_destroy(q);
}

struct flow {
    struct queue *q;
    atomic_uint_fast64_t sum;
    atomic_uint count;
};

static void *producer(void *context)
{
    struct flow *flow = context;
    for (uintptr_t i = 1; i <= PER_THREAD; i++)
        if (!queue_push(flow->q, (void *)i, NULL, NULL))
            return NULL;
    return flow;
}

static void *consumer(void *context)
{
    struct flow *flow = context;
    for (void *item; queue_pop(flow->q, &item);) {
        flow->sum += (uintptr_t)item;
        flow->count++;
    }
    return NULL;
}

static void many_threads_lose_and_double_nothing(void **state)
{
    (void)state;
    struct flow flow = {0};
    struct error err;
    pthread_t in[THREADS], out[THREADS];
    assert_good(queue_create(8, &flow.q, &err), err); /* short, so that pushing waits */
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&in[i], NULL, producer, &flow), 0);
        assert_int_equal(pthread_create(&out[i], NULL, consumer, &flow), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *all_pushed;
        pthread_join(in[i], &all_pushed);
        assert_non_null(all_pushed);
    }
    queue_close(flow.q);
    for (int i = 0; i < THREADS; i++)
        pthread_join(out[i], NULL);
    assert_int_equal(flow.count, THREADS * PER_THREAD);
    assert_int_equal(flow.sum, (uint64_t)THREADS * PER_THREAD * (PER_THREAD + 1) / 2);
    queue_destroy(flow.q);
}

static void *push_one(void *context)
{
    struct flow *flow = context;
    return queue_push(flow->q, flow, drop, NULL) ? flow : NULL;
}

static void closing_wakes_who_waits_to_push(void **state)
{
    (void)state;
    struct flow flow = {0};
    struct error err;
    pthread_t thread;
    void *pushed, *item;
    assert_good(queue_create(1, &flow.q, &err), err);
    assert_good(queue_push(flow.q, &flow, NULL, &err), err);
    dropped = 0;
    assert_int_equal(pthread_create(&thread, NULL, push_one, &flow), 0);
    usleep(
        20000); /* that it waits cannot be seen from outside; if it does not yet, it must end too */
    queue_close(flow.q);
    pthread_join(thread, &pushed);
    assert_null(pushed);
    assert_int_equal(dropped, 1);
    assert_true(queue_pop(flow.q, &item));
    queue_destroy(flow.q);
}

static void no_memory_is_an_error(void **state)
{
    (void)state;
    struct queue *q;
    struct error err;
    fault_arm(FAULT_MEMORY, 1);
    bool good = queue_create(4, &q, &err);
    assert_true(fault_disarm());
    assert_false(good);
    assert_int_equal(err.code, ERROR_NO_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_come_out_in_order),
        cmocka_unit_test(a_closed_queue_gives_what_is_left_and_takes_no_more),
        cmocka_unit_test(many_threads_lose_and_double_nothing),
        cmocka_unit_test(closing_wakes_who_waits_to_push),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
