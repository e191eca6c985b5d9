#include "sound_pulse.h"

#include "base/clock.h"

#include <math.h>
#include <pulse/pulseaudio.h>
#include <string.h>

#define CONNECT_US (2 * SECOND_US)
#define LISTEN_US (3 * SECOND_US / 2)
#define QUERY_US (2 * SECOND_US)

struct sound {
    pa_mainloop *loop;   /* owned */
    pa_context *context; /* owned */
    struct facts *facts;
    char default_sink[256], default_source[256];
    bool source_muted;
    int inputs;
    float peak;
};

/* ---- connection ---- */

static void step(struct sound *s)
{
    pa_mainloop_prepare(s->loop, 50 * 1000);
    if (pa_mainloop_poll(s->loop) >= 0)
        pa_mainloop_dispatch(s->loop);
}

static void end(struct sound *s)
{
    if (s->context) {
        pa_context_disconnect(s->context);
        pa_context_unref(s->context);
    }
    if (s->loop)
        pa_mainloop_free(s->loop);
}

static bool start(struct sound *s)
{
    int64_t until_us = clock_monotonic_us() + CONNECT_US;
    s->loop = pa_mainloop_new();
    s->context = s->loop ? pa_context_new(pa_mainloop_get_api(s->loop), "Proctortrack") : NULL;
    if (!s->context || pa_context_connect(s->context, NULL, PA_CONTEXT_NOAUTOSPAWN, NULL) < 0)
        return false;
    while (clock_monotonic_us() < until_us) {
        pa_context_state_t state = pa_context_get_state(s->context);
        if (state == PA_CONTEXT_READY)
            return true;
        if (!PA_CONTEXT_IS_GOOD(state))
            return false;
        step(s);
    }
    return false;
}

static void finish(struct sound *s, pa_operation *o)
{
    int64_t until_us = clock_monotonic_us() + QUERY_US;
    if (!o)
        return;
    while (pa_operation_get_state(o) == PA_OPERATION_RUNNING && clock_monotonic_us() < until_us)
        step(s);
    pa_operation_unref(o);
}

/* ---- devices ---- */

static void on_server(pa_context *c, const pa_server_info *i, void *context)
{
    struct sound *s = context;
    (void)c;
    str_into(str_from(i->default_sink_name), s->default_sink, sizeof s->default_sink);
    str_into(str_from(i->default_source_name), s->default_source, sizeof s->default_source);
}

static struct fact_sound *add(struct sound *s, const char *description)
{
    if (!s->facts || s->facts->sounds_len == FACTS_SOUNDS_MAX)
        return NULL;
    struct fact_sound *f = &s->facts->sounds[s->facts->sounds_len++];
    fact_text(f->name, sizeof f->name, str_from(description));
    return f;
}

static bool form_is_on_ears(pa_proplist *list)
{
    const char *form = pa_proplist_gets(list, PA_PROP_DEVICE_FORM_FACTOR);
    return form && (strcmp(form, "headset") == 0 || strcmp(form, "headphone") == 0 ||
                    strcmp(form, "hands-free") == 0);
}

static bool is_bluetooth(pa_proplist *list)
{
    const char *bus = pa_proplist_gets(list, PA_PROP_DEVICE_BUS);
    return bus && strcmp(bus, "bluetooth") == 0;
}

static void on_sink(pa_context *c, const pa_sink_info *i, int last, void *context)
{
    struct sound *s = context;
    (void)c;
    if (last)
        return;
    struct fact_sound *f = add(s, i->description);
    if (!f)
        return;
    /* A socket for headphones is a port of the usual sink. */
    bool port =
        i->active_port && i->active_port->available != PA_PORT_AVAILABLE_NO &&
        (strstr(i->active_port->name, "headphone") || strstr(i->active_port->name, "headset"));
    f->output = true;
    f->used = strcmp(i->name, s->default_sink) == 0;
    f->bluetooth = is_bluetooth(i->proplist);
    f->on_ears = port || form_is_on_ears(i->proplist) || fact_is_on_ears(str_from(i->description));
}

static void on_source(pa_context *c, const pa_source_info *i, int last, void *context)
{
    struct sound *s = context;
    (void)c;
    if (last || i->monitor_of_sink != PA_INVALID_INDEX) /* what is played, not what is heard */
        return;
    struct fact_sound *f = add(s, i->description);
    s->inputs++;
    bool used = strcmp(i->name, s->default_source) == 0;
    if (used)
        s->source_muted = i->mute || pa_cvolume_is_muted(&i->volume);
    if (f) {
        f->used = used;
        f->bluetooth = is_bluetooth(i->proplist);
    }
}

static void query(struct sound *s)
{
    finish(s, pa_context_get_server_info(s->context, on_server, s));
    finish(s, pa_context_get_sink_info_list(s->context, on_sink, s));
    finish(s, pa_context_get_source_info_list(s->context, on_source, s));
}

void sound_devices(struct facts *ret)
{
    struct sound s = {.facts = ret};
    if (start(&s)) {
        query(&s);
        ret->sounds_known = true;
    }
    end(&s);
}

/* ---- listening ---- */

static void on_sound(pa_stream *stream, size_t len, void *context)
{
    struct sound *s = context;
    const void *bytes;
    (void)len;
    while (pa_stream_readable_size(stream) > 0) {
        size_t size;
        if (pa_stream_peek(stream, &bytes, &size) < 0 || size == 0)
            return;
        const float *samples = bytes;
        for (size_t i = 0; bytes && i < size / sizeof *samples; i++)
            s->peak = MAX(s->peak, fabsf(samples[i]));
        pa_stream_drop(stream);
    }
}

static bool listen(struct sound *s)
{
    const pa_sample_spec spec = {.format = PA_SAMPLE_FLOAT32NE, .rate = 16000, .channels = 1};
    const pa_buffer_attr attributes = {.maxlength = (uint32_t)-1, .fragsize = 3200};
    int64_t until_us = clock_monotonic_us() + LISTEN_US + SECOND_US / 2;
    pa_stream *stream = pa_stream_new(s->context, "system check", &spec, NULL);
    bool opened = false;
    if (!stream)
        return false;
    pa_stream_set_read_callback(stream, on_sound, s);
    if (pa_stream_connect_record(stream, NULL, &attributes, PA_STREAM_ADJUST_LATENCY) == 0) {
        while (clock_monotonic_us() < until_us && PA_STREAM_IS_GOOD(pa_stream_get_state(stream))) {
            opened = opened || pa_stream_get_state(stream) == PA_STREAM_READY;
            step(s);
        }
        pa_stream_disconnect(stream);
    }
    pa_stream_unref(stream);
    return opened;
}

bool sound_listen(struct sound_look *ret, struct error *err)
{
    struct facts *none = NULL;
    struct sound s = {.facts = none};
    (void)err;
    if (start(&s)) {
        query(&s);
        ret->inputs = s.inputs;
        ret->muted = s.source_muted;
        fact_text(ret->name, sizeof ret->name, str_from(s.default_source));
        ret->opened = s.inputs > 0 && listen(&s);
        ret->peak = (double)s.peak;
    }
    end(&s);
    return true;
}
