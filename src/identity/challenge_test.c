/* Made-up heads: points in space, turned and seen from the front, so that a head and a photograph
 * of one differ as they do before a camera. */
#include "identity/challenge.h"

#include "base/clock.h"
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_US 333333

struct person {
    unsigned face;    /* who */
    float yaw, pitch; /* as seen; a neutral pose is not 0 */
    float size;
    float x;         /* middle, of the picture */
    uint8_t room;    /* brightness of the picture's parts */
    bool flat;       /* the points are those of a straight photograph, squeezed */
    uint32_t tremor; /* of the measured points: changes from look to look */
};

static uint32_t next(uint32_t *seed) { return *seed = *seed * 1664525u + 1013904223u; }

static float random_part(uint32_t *seed) /* -1..1 */
{
    return (float)(int32_t)next(seed) / 2147483648.0f;
}

/* Who it is decides most; a turned head is less like itself. */
static void embed(const struct person *p, struct face_embedding *ret)
{
    uint32_t who = p->face * 7919 + 1, side = p->yaw > 0 ? 12345 : 54321;
    float turned = sinf(fabsf(p->yaw) * 3.14159f / 180);
    for (int i = 0; i < FACE_EMBEDDING_LEN; i++)
        ret->values[i] = random_part(&who) + 1.2f * turned * random_part(&side);
    assert_true(face_normalise(ret));
}

static void look_at(const struct person *p, struct face_look *ret)
{
    uint32_t shape = 99, tremor = p->tremor;
    float yaw = p->yaw * 3.14159f / 180, pitch = p->pitch * 3.14159f / 180;
    memset(ret, 0, sizeof *ret);
    ret->faces = 1;
    ret->width = p->size / 200;
    ret->height = ret->width * 1.3f;
    ret->x = p->x - ret->width / 2;
    ret->y = 0.5f - ret->height / 2;
    ret->yaw = p->yaw;
    ret->pitch = p->pitch;
    ret->eyes[0] = ret->eyes[1] = 0.3f;
    ret->mesh_score = ret->inside = 1;
    ret->size = p->size;
    ret->luma = 0.5f;
    ret->contrast = 0.2f;
    ret->sharpness = 0.7f;
    for (int i = 0; i < FACE_LOOK_POINTS; i++) {
        float x = random_part(&shape), y = random_part(&shape), z = 0.6f * random_part(&shape);
        float seen_x = p->flat ? x * cosf(yaw) : x * cosf(yaw) + z * sinf(yaw);
        float seen_y = p->flat ? y * cosf(pitch) : y * cosf(pitch) + z * sinf(pitch);
        ret->points[i][0] = seen_x + 0.004f * random_part(&tremor);
        ret->points[i][1] = seen_y + 0.004f * random_part(&tremor);
    }
    memset(ret->picture, p->room, sizeof ret->picture);
    ret->fault = fabsf(p->yaw) > 42 ? FACE_FAULT_TURNED : FACE_FAULT_NONE;
    ret->embedded = 1;
    embed(p, &ret->embedding);
}

static const struct person neutral = {
    .face = 1, .yaw = 3, .pitch = 6, .size = 70, .x = 0.5f, .room = 100};

struct scan {
    struct challenge *c; /* owned */
    int64_t now_us;
    struct challenge_step step;
    struct person person;
    enum challenge_prompt asked[2]; /* the one obeyed next, and the one after it */
};

static void begin(struct scan *s, uint64_t seed)
{
    struct error err;
    *s = (struct scan){.now_us = 1000 * SECOND_US, .person = neutral};
    s->asked[0] = s->asked[1] = CHALLENGE_LOOK_STRAIGHT;
    assert_good(challenge_create(seed, s->now_us, &s->c, &err), err);
    challenge_ask(s->c, s->now_us, &s->step);
}

static void end(struct scan *s) { challenge_destroy(s->c); }

static void look(struct scan *s)
{
    struct face_look seen;
    s->person.tremor += 17;
    look_at(&s->person, &seen);
    s->now_us += LOOK_US;
    challenge_take(s->c, s->now_us, &seen, &s->step);
}

/* A person does what is asked, two looks later. */
static void obey(struct scan *s, enum challenge_prompt prompt)
{
    unsigned face = s->person.face;
    bool flat = s->person.flat;
    uint32_t tremor = s->person.tremor;
    s->person = neutral;
    s->person.face = face;
    s->person.flat = flat;
    s->person.tremor = tremor;
    if (prompt == CHALLENGE_TURN_LEFT)
        s->person.yaw += 27;
    if (prompt == CHALLENGE_TURN_RIGHT)
        s->person.yaw -= 27;
    if (prompt == CHALLENGE_LOOK_UP)
        s->person.pitch -= 16;
    if (prompt == CHALLENGE_COME_CLOSER)
        s->person.size *= 1.35f;
}

static void run(struct scan *s, int looks)
{
    for (int i = 0; i < looks && s->step.state == CHALLENGE_SCANNING; i++) {
        obey(s, s->asked[0]);
        s->asked[0] = s->asked[1];
        s->asked[1] = s->step.prompt;
        look(s);
    }
}

static void run_until_asked(struct scan *s, enum challenge_prompt prompt)
{
    for (int i = 0; i < 100 && s->step.prompt != prompt && s->step.state == CHALLENGE_SCANNING; i++)
        run(s, 1);
    if (s->step.prompt == prompt) {
        obey(s, CHALLENGE_LOOK_STRAIGHT);
        s->person.tremor += 5;
    }
}

/* Of a scan of this person the first prompt after the straight one. */
static enum challenge_prompt first_prompt(uint64_t seed)
{
    struct scan s;
    begin(&s, seed);
    while (s.step.done == 0)
        look(&s);
    end(&s);
    return s.step.prompt;
}

static uint64_t seed_with_first(enum challenge_prompt prompt)
{
    for (uint64_t seed = 0;; seed++)
        if (first_prompt(seed) == prompt)
            return seed;
}

static void one_who_does_as_asked_is_done(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct scan s;
        struct challenge_evidence e;
        struct face_embedding embedding;
        begin(&s, seed);
        assert_int_equal(s.step.prompt, CHALLENGE_LOOK_STRAIGHT);
        assert_int_equal(s.step.of, CHALLENGE_OF);
        run(&s, 200);
        assert_string_equal(s.step.reason, "");
        assert_int_equal(s.step.state, CHALLENGE_READY);
        assert_int_equal(s.step.done, CHALLENGE_OF);
        assert_int_equal(s.step.prompt, CHALLENGE_PROMPT_NONE);
        challenge_evidence(s.c, &e);
        assert_int_equal(e.wrong_turns, 0);
        assert_true(e.relief > 0.05f && e.likeness > 0.4f);
        assert_true(challenge_embedding(s.c, &embedding));
        end(&s);
    }
}

/* Every order has both sides, nothing twice in a row, and any prompt may come first. */
static void orders_cannot_be_known_before(void **state)
{
    (void)state;
    int first[CHALLENGE_PROMPTS] = {0};
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct scan s;
        bool seen[CHALLENGE_PROMPTS] = {0};
        enum challenge_prompt last = CHALLENGE_PROMPT_NONE;
        int kept = 0;
        begin(&s, seed);
        while (s.step.state == CHALLENGE_SCANNING) {
            run(&s, 1);
            if (s.step.keep == CHALLENGE_KEEP_POSE) {
                assert_int_not_equal(s.step.prompt_kept, last);
                last = s.step.prompt_kept;
                first[last] += kept++ == 0;
                seen[last] = true;
            }
        }
        assert_int_equal(kept, CHALLENGE_OF - 1);
        assert_true(seen[CHALLENGE_TURN_LEFT] && seen[CHALLENGE_TURN_RIGHT]);
        end(&s);
    }
    for (int i = CHALLENGE_TURN_LEFT; i < CHALLENGE_PROMPTS; i++)
        assert_true(first[i] > 20);
}

static void only_the_prompt_of_the_moment_counts(void **state)
{
    (void)state;
    struct scan s;
    begin(&s, seed_with_first(CHALLENGE_TURN_LEFT));
    run_until_asked(&s, CHALLENGE_TURN_LEFT);
    obey(&s, CHALLENGE_LOOK_UP); /* not asked; no turn either */
    for (int i = 0; i < 6; i++)
        look(&s);
    assert_int_equal(s.step.done, 1);
    assert_int_equal(s.step.state, CHALLENGE_SCANNING);
    end(&s);
}

static void looks(struct scan *s, int count)
{
    for (int i = 0; i < count; i++)
        look(s);
}

static void turn_wrong(struct scan *s)
{
    bool left = s->step.prompt == CHALLENGE_TURN_LEFT;
    obey(s, left ? CHALLENGE_TURN_RIGHT : CHALLENGE_TURN_LEFT);
    looks(s, 4);
}

static void two_wrong_turns_fail(void **state)
{
    (void)state;
    struct scan s;
    struct challenge_evidence e;
    begin(&s, seed_with_first(CHALLENGE_TURN_LEFT));
    run_until_asked(&s, CHALLENGE_TURN_LEFT);
    turn_wrong(&s);
    assert_int_equal(s.step.state, CHALLENGE_SCANNING);
    obey(&s, CHALLENGE_LOOK_STRAIGHT);
    looks(&s, 2);
    turn_wrong(&s);
    assert_int_equal(s.step.state, CHALLENGE_FAILED);
    assert_non_null(strstr(s.step.reason, "another way"));
    challenge_evidence(s.c, &e);
    assert_int_equal(e.wrong_turns, 2);
    end(&s);
}

/* Whoever mistakes left for right once can still pass, after all prompts of another order. */
static void a_wrong_turn_begins_again(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct scan s;
        int poses = 0;
        begin(&s, seed);
        while (s.step.done < 3 || s.step.prompt == CHALLENGE_LOOK_STRAIGHT)
            run(&s, 1);
        turn_wrong(&s);
        assert_int_equal(s.step.state, CHALLENGE_SCANNING);
        assert_int_equal(s.step.prompt, CHALLENGE_LOOK_STRAIGHT);
        assert_int_equal(s.step.done, 1);
        s.asked[0] = s.asked[1] = CHALLENGE_LOOK_STRAIGHT;
        for (int i = 0; i < 200 && s.step.state == CHALLENGE_SCANNING; i++) {
            run(&s, 1);
            poses += s.step.keep == CHALLENGE_KEEP_POSE;
        }
        assert_int_equal(s.step.state, CHALLENGE_READY);
        assert_int_equal(poses, CHALLENGE_OF - 1);
        end(&s);
    }
}

/* Looks from the head's being back to the next prompt. */
static int pause_of(uint64_t seed)
{
    struct scan s;
    int count = 0;
    begin(&s, seed);
    while (s.step.keep != CHALLENGE_KEEP_POSE)
        run(&s, 1);
    obey(&s, CHALLENGE_LOOK_STRAIGHT);
    for (; s.step.prompt == CHALLENGE_LOOK_STRAIGHT; count++)
        look(&s);
    end(&s);
    return count;
}

static void nobody_knows_when_the_next_prompt_comes(void **state)
{
    (void)state;
    int seen[20] = {0}, kinds = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        int pause = pause_of(seed);
        assert_true(pause >= 2 && pause < (int)ARRAY_LEN(seen));
        kinds += seen[pause]++ == 0;
    }
    assert_true(kinds >= 5);
}

static void a_turn_before_it_is_asked_is_a_wrong_one(void **state)
{
    (void)state;
    struct scan s;
    struct challenge_evidence e;
    uint64_t seed = 0;
    while (pause_of(seed) < 7)
        seed++;
    begin(&s, seed);
    while (s.step.keep != CHALLENGE_KEEP_POSE)
        run(&s, 1);
    obey(&s, CHALLENGE_LOOK_STRAIGHT);
    looks(&s, 3);
    assert_int_equal(s.step.prompt, CHALLENGE_LOOK_STRAIGHT);
    obey(&s, CHALLENGE_TURN_LEFT);
    looks(&s, 2);
    challenge_evidence(s.c, &e);
    assert_int_equal(e.wrong_turns, 1);
    assert_int_equal(s.step.done, 1);
    end(&s);
}

static void a_photograph_that_is_moved_runs_out_of_time(void **state)
{
    (void)state;
    struct scan s;
    begin(&s, seed_with_first(CHALLENGE_TURN_RIGHT));
    s.person.flat = true;
    for (int i = 0; i < 120 && s.step.state == CHALLENGE_SCANNING; i++) {
        s.person.x = 0.5f + 0.1f * sinf((float)i);
        s.person.size = 70 + 8 * sinf((float)i / 3);
        look(&s);
    }
    assert_int_equal(s.step.state, CHALLENGE_FAILED);
    assert_non_null(strstr(s.step.reason, "time"));
    end(&s);
}

/* A photograph bent or turned so that the model takes it for a turned head. */
static void a_turn_without_relief_is_flat(void **state)
{
    (void)state;
    struct scan s;
    begin(&s, seed_with_first(CHALLENGE_TURN_RIGHT));
    s.person.flat = true;
    run(&s, 200);
    assert_int_equal(s.step.state, CHALLENGE_FAILED);
    assert_non_null(strstr(s.step.reason, "as a head does"));
    end(&s);
}

static void another_person_for_the_turns_is_noticed(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct scan s;
        begin(&s, seed);
        while (s.step.done < 2)
            run(&s, 1);
        s.person.face = 2;
        run(&s, 200);
        assert_int_equal(s.step.state, CHALLENGE_FAILED);
        end(&s);
    }
}

static void jumps_fail(void **state)
{
    (void)state;
    struct scan s;
    begin(&s, seed_with_first(CHALLENGE_TURN_LEFT));
    run_until_asked(&s, CHALLENGE_TURN_LEFT);
    for (int i = 0; i < 4 && s.step.state == CHALLENGE_SCANNING; i++) {
        s.person.x = i % 2 ? 0.5f : 0.2f;
        s.person.room = i % 2 ? 100 : 140;
        look(&s);
    }
    assert_int_equal(s.step.state, CHALLENGE_FAILED);
    assert_non_null(strstr(s.step.reason, "jumped"));
    end(&s);
}

static void one_picture_sent_again_and_again_fails(void **state)
{
    (void)state;
    struct scan s;
    struct face_look seen;
    begin(&s, 3);
    look_at(&s.person, &seen);
    for (int i = 0; i < 12; i++) {
        s.now_us += LOOK_US;
        challenge_take(s.c, s.now_us, &seen, &s.step);
    }
    assert_int_equal(s.step.state, CHALLENGE_FAILED);
    assert_non_null(strstr(s.step.reason, "stands still"));
    end(&s);
}

static void guidance_of(int32_t fault, float size, float x, int faces,
                        enum challenge_guidance expected)
{
    struct scan s;
    struct face_look seen;
    begin(&s, 1);
    s.person.size = size;
    s.person.x = x;
    look_at(&s.person, &seen);
    seen.fault = fault;
    seen.faces = faces;
    seen.second = faces > 1 ? 0.9f : 0;
    challenge_take(s.c, s.now_us + LOOK_US, &seen, &s.step);
    assert_int_equal(s.step.guidance, expected);
    assert_int_equal(s.step.done, 0);
    end(&s);
}

static void it_says_what_the_picture_lacks(void **state)
{
    (void)state;
    guidance_of(FACE_FAULT_NONE, 70, 0.5f, 0, CHALLENGE_NO_FACE);
    guidance_of(FACE_FAULT_NONE, 70, 0.5f, 2, CHALLENGE_SEVERAL_FACES);
    guidance_of(FACE_FAULT_DARK, 70, 0.5f, 1, CHALLENGE_MORE_LIGHT);
    guidance_of(FACE_FAULT_BRIGHT, 70, 0.5f, 1, CHALLENGE_LESS_LIGHT);
    guidance_of(FACE_FAULT_BLURRED, 70, 0.5f, 1, CHALLENGE_BLURRED);
    guidance_of(FACE_FAULT_NONE, 20, 0.5f, 1, CHALLENGE_CLOSER);
    guidance_of(FACE_FAULT_NONE, 130, 0.5f, 1, CHALLENGE_FARTHER);
    guidance_of(FACE_FAULT_NONE, 70, 0.05f, 1, CHALLENGE_CENTER);
    guidance_of(FACE_FAULT_NONE, 70, 0.5f, 1, CHALLENGE_HOLD);
}

static void the_time_of_a_prompt_runs_out_without_a_look(void **state)
{
    (void)state;
    struct scan s;
    begin(&s, 5);
    challenge_ask(s.c, s.step.expires_us, &s.step);
    assert_int_equal(s.step.state, CHALLENGE_SCANNING);
    challenge_ask(s.c, s.step.expires_us + 1, &s.step);
    assert_int_equal(s.step.state, CHALLENGE_FAILED);
    look(&s); /* for good */
    assert_int_equal(s.step.state, CHALLENGE_FAILED);
    end(&s);
}

/* Between every two looks it lies in a row of a table. */
static void it_lives_in_bytes_between_looks(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 5; seed++) {
        struct scan a, b;
        struct error err;
        begin(&a, seed);
        begin(&b, seed);
        while (a.step.state == CHALLENGE_SCANNING) {
            CLEANUP(buf_done) struct buf bytes = {0};
            run(&a, 1);
            challenge_write(b.c, &bytes);
            challenge_destroy(b.c);
            b.c = NULL;
            assert_good(challenge_read(buf_str(&bytes), &b.c, &err), err);
            b.person = a.person;
            b.person.tremor -= 17;
            look(&b);
            assert_memory_equal(&a.step, &b.step, sizeof a.step);
        }
        assert_int_equal(a.step.state, CHALLENGE_READY);
        end(&a);
        end(&b);
    }
}

static void damaged_bytes_are_refused(void **state)
{
    (void)state;
    struct scan s;
    struct error err;
    CLEANUP(buf_done) struct buf bytes = {0};
    begin(&s, 7);
    run(&s, 12);
    challenge_write(s.c, &bytes);
    struct str whole = buf_str(&bytes);
    struct challenge *read = NULL;
    assert_error(challenge_read(STR("PTface"), &read, &err), err, ERROR_INVALID);
    for (size_t len = 8; len < whole.len; len += 97)
        assert_error(challenge_read(str_slice(whole, 0, len), &read, &err), err, ERROR_INVALID);
    bytes.ptr[8] = 1;
    assert_error(challenge_read(whole, &read, &err), err, ERROR_UNSUPPORTED);
    bytes.ptr[8] = 2;
    bytes.ptr[20] = 77; /* a prompt there is not */
    assert_error(challenge_read(whole, &read, &err), err, ERROR_INVALID);
    end(&s);
}

/* A clip of somebody who turns about at their own will: how often does chance let it pass? */
static void a_clip_that_ignores_the_prompts_fails(void **state)
{
    (void)state;
    int passed = 0;
    const int clips = 300;
    for (int clip = 0; clip < clips; clip++) {
        struct scan s;
        uint32_t will = (uint32_t)clip * 77 + 5;
        begin(&s, (uint64_t)clip);
        for (int i = 0; i < 12; i++)
            look(&s);
        while (s.step.state == CHALLENGE_SCANNING) {
            obey(&s, CHALLENGE_TURN_LEFT + (enum challenge_prompt)(next(&will) >> 30));
            for (int i = 0; i < 4 && s.step.state == CHALLENGE_SCANNING; i++)
                look(&s);
            obey(&s, CHALLENGE_LOOK_STRAIGHT);
            for (int i = 0; i < 4 && s.step.state == CHALLENGE_SCANNING; i++)
                look(&s);
        }
        passed += s.step.state == CHALLENGE_READY;
        end(&s);
    }
    assert_true(passed <= clips / 10);
    print_message("%d of %d clips passed by chance\n", passed, clips);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_who_does_as_asked_is_done),
        cmocka_unit_test(orders_cannot_be_known_before),
        cmocka_unit_test(only_the_prompt_of_the_moment_counts),
        cmocka_unit_test(two_wrong_turns_fail),
        cmocka_unit_test(a_wrong_turn_begins_again),
        cmocka_unit_test(nobody_knows_when_the_next_prompt_comes),
        cmocka_unit_test(a_turn_before_it_is_asked_is_a_wrong_one),
        cmocka_unit_test(a_photograph_that_is_moved_runs_out_of_time),
        cmocka_unit_test(a_turn_without_relief_is_flat),
        cmocka_unit_test(another_person_for_the_turns_is_noticed),
        cmocka_unit_test(jumps_fail),
        cmocka_unit_test(one_picture_sent_again_and_again_fails),
        cmocka_unit_test(it_says_what_the_picture_lacks),
        cmocka_unit_test(the_time_of_a_prompt_runs_out_without_a_look),
        cmocka_unit_test(it_lives_in_bytes_between_looks),
        cmocka_unit_test(damaged_bytes_are_refused),
        cmocka_unit_test(a_clip_that_ignores_the_prompts_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
