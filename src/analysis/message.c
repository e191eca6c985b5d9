/* Framing and checking. Fixed payloads are plain structs without pointers: both sides are the same
 * binary. */
#include "analysis/message.h"

#include "analysis/fields.h"
#include "base/file.h"
#include "base/json.h"

#include <string.h>

static const struct {
    size_t min, max; /* bytes of payload */
} sizes[MESSAGE_TYPES] = {
    [MESSAGE_READY] = {2, MESSAGE_TEXT_MAX},
    [MESSAGE_INFO] = {sizeof(struct message_info), sizeof(struct message_info)},
    [MESSAGE_PICTURE] = {sizeof(int64_t) + 4, sizeof(int64_t) + MESSAGE_JPEG_MAX},
    [MESSAGE_OBSERVATION] = {sizeof(struct observation), sizeof(struct observation)},
    [MESSAGE_SOUND] = {sizeof(struct sound_observation), sizeof(struct sound_observation)},
    [MESSAGE_PROGRESS] = {sizeof(struct message_progress), sizeof(struct message_progress)},
    [MESSAGE_HEAD] = {sizeof(uint64_t) + 1, MESSAGE_PAYLOAD_MAX},
    [MESSAGE_END] = {sizeof(struct message_end), sizeof(struct message_end)},
    [MESSAGE_STAGE] = {sizeof(struct message_stage), sizeof(struct message_stage)},
    [MESSAGE_STILL] = {sizeof(int64_t) + 4, sizeof(int64_t) + MESSAGE_JPEG_MAX},
    [MESSAGE_FACE] = {sizeof(struct face_look), sizeof(struct face_look)},
    [MESSAGE_FACTS] = {sizeof(struct document_facts), sizeof(struct document_facts)},
    [MESSAGE_GUIDANCE] = {sizeof(int32_t), sizeof(int32_t)},
    [MESSAGE_ERROR] = {sizeof(uint32_t), sizeof(uint32_t) + ERROR_MESSAGE_MAX},
};

static uint32_t u32le(const char *at)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
        value |= (uint32_t)(unsigned char)at[i] << (8 * i);
    return value;
}

static bool refuse(struct error *err, const char *what)
{
    return error_set(err, ERROR_IO, "the decoder said something wrong: %s", what);
}

bool message_next(struct str bytes, struct message *ret, size_t *ret_used, struct error *err)
{
    if (bytes.len < MESSAGE_HEADER_SIZE) {
        *ret_used = 0;
        return true;
    }
    uint32_t len = u32le(bytes.ptr), type = u32le(bytes.ptr + 4);
    if (type == MESSAGE_NONE || type >= MESSAGE_TYPES)
        return refuse(err, "a message of no known type");
    if (len < sizes[type].min || len > sizes[type].max)
        return refuse(err, "a message of a wrong length");
    if (bytes.len - MESSAGE_HEADER_SIZE < len) {
        *ret_used = 0;
        return true;
    }
    *ret = (struct message){(enum message_type)type,
                            str_slice(bytes, MESSAGE_HEADER_SIZE, MESSAGE_HEADER_SIZE + len)};
    *ret_used = MESSAGE_HEADER_SIZE + len;
    return true;
}

/* The checks of message_next() again, so that each reader is safe alone. */
static bool read_plain(struct str payload, void *ret, size_t size, struct error *err)
{
    if (payload.len != size)
        return refuse(err, "a message of a wrong length");
    memcpy(ret, payload.ptr, size);
    return true;
}

static bool is_time(int64_t us) { return us >= 0 && us <= MESSAGE_TIME_MAX_US; }

static bool is_word(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ' || text.ptr[i] >= 0x7f)
            return false;
    return text.len > 0 && text.len <= 64;
}

static bool is_models(struct str text)
{
    CLEANUP(json_decrefp) json_t *models = NULL;
    if (!json_parse(text, &models, NULL) || !json_is_object(models))
        return false;
    const char *name;
    json_t *value;
    json_object_foreach(models, name, value)
    {
        unsigned char sha256[32];
        if (!is_word(str_from(name)) || !json_is_string(value) ||
            !str_from_hex(str_from(json_string_value(value)), sha256, sizeof sha256))
            return false;
    }
    return true;
}

bool message_read_ready(struct str payload, struct message_ready *ret, struct error *err)
{
    struct message_ready m = {.models = payload};
    if (!payload.ptr || !str_split(&m.models, '\0', &m.isa) || !is_word(m.isa) ||
        !is_models(m.models))
        return refuse(err, "models that are none");
    *ret = m;
    return true;
}

bool message_read_info(struct str payload, struct message_info *ret, struct error *err)
{
    struct message_info m;
    if (!read_plain(payload, &m, sizeof m, err))
        return false;
    if (m.duration_us < 0 || m.duration_us > MESSAGE_TIME_MAX_US)
        m.duration_us = -1; /* only a claim of the container: not worth an error */
    *ret = m;
    return true;
}

bool message_read_observation(struct str payload, struct observation *ret, struct error *err)
{
    struct observation o;
    const char *wrong;
    if (!read_plain(payload, &o, sizeof o, err))
        return false;
    if (!fields_tidy(&o, &wrong))
        return error_set(err, ERROR_IO, "the decoder said something wrong: %s out of range", wrong);
    *ret = o;
    return true;
}

bool message_read_sound(struct str payload, struct sound_observation *ret, struct error *err)
{
    struct sound_observation o;
    const char *wrong;
    if (!read_plain(payload, &o, sizeof o, err))
        return false;
    if (!sound_fields_tidy(&o, &wrong) || o.time_us % SOUND_OBSERVATION_US != 0)
        return refuse(err, "a sound out of range");
    *ret = o;
    return true;
}

bool message_read_picture(struct str payload, int64_t *ret_time_us, struct str *ret_jpeg,
                          struct error *err)
{
    int64_t time_us;
    if (payload.len < sizes[MESSAGE_PICTURE].min)
        return refuse(err, "a message of a wrong length");
    memcpy(&time_us, payload.ptr, sizeof time_us);
    struct str jpeg = str_slice(payload, sizeof time_us, payload.len);
    /* Whether it is a whole JPEG only a decoder could tell, and we run none out of the sandbox. */
    if (!is_time(time_us) || !str_starts(jpeg, STR("\xff\xd8")) || !str_ends(jpeg, STR("\xff\xd9")))
        return refuse(err, "a picture that is no JPEG");
    *ret_time_us = time_us;
    *ret_jpeg = jpeg;
    return true;
}

bool message_read_progress(struct str payload, struct message_progress *ret, struct error *err)
{
    struct message_progress m;
    if (!read_plain(payload, &m, sizeof m, err))
        return false;
    if (!is_time(m.time_us))
        return refuse(err, "a progress out of range");
    *ret = m;
    return true;
}

bool message_read_head(struct str payload, uint64_t *ret_skip, struct str *ret_head,
                       struct error *err)
{
    uint64_t skip;
    if (payload.len < sizes[MESSAGE_HEAD].min)
        return refuse(err, "a message of a wrong length");
    memcpy(&skip, payload.ptr, sizeof skip);
    if (skip > INT64_MAX)
        return refuse(err, "a head out of range");
    *ret_skip = skip;
    *ret_head = str_slice(payload, sizeof skip, payload.len);
    return true;
}

bool message_read_stage(struct str payload, struct message_stage *ret, struct error *err)
{
    struct message_stage m;
    if (!read_plain(payload, &m, sizeof m, err))
        return false;
    size_t len = strnlen(m.name, sizeof m.name);
    bool good = len > 0 && len < sizeof m.name && m.cpu_us >= 0;
    for (size_t i = 0; i < len; i++)
        good = good && m.name[i] >= ' ' && m.name[i] < 0x7f; /* it is printed */
    if (!good)
        return refuse(err, "a stage that is none");
    *ret = m;
    return true;
}

bool message_read_end(struct str payload, struct message_end *ret, struct error *err)
{
    struct message_end m;
    if (!read_plain(payload, &m, sizeof m, err))
        return false;
    if (!is_time(m.duration_us) || m.frames > INT64_MAX || m.damaged_packets > INT64_MAX ||
        m.time_jumps > INT64_MAX)
        return refuse(err, "an end out of range");
    *ret = m;
    return true;
}

bool message_read_face(struct str payload, struct face_look *ret, struct error *err)
{
    struct face_look look;
    const char *wrong;
    if (!read_plain(payload, &look, sizeof look, err))
        return false;
    if (!face_look_is_sound(&look, &wrong))
        return error_set(err, ERROR_IO, "the examiner said something wrong: %s out of range",
                         wrong);
    *ret = look;
    return true;
}

bool message_read_facts(struct str payload, struct document_facts *ret, struct error *err)
{
    const char *wrong;
    if (!read_plain(payload, ret, sizeof *ret, err))
        return false;
    if (!document_facts_are_sound(ret, &wrong))
        return error_set(err, ERROR_IO, "the examiner said something wrong: %s out of range",
                         wrong);
    return true;
}

bool message_read_guidance(struct str payload, enum document_guidance *ret, struct error *err)
{
    int32_t guidance;
    if (!read_plain(payload, &guidance, sizeof guidance, err))
        return false;
    if (guidance <= DOCUMENT_GUIDANCE_NONE || guidance >= DOCUMENT_GUIDANCES)
        return refuse(err, "a guidance there is not");
    *ret = (enum document_guidance)guidance;
    return true;
}

void message_read_error(struct str payload, struct error *ret)
{
    uint32_t code = payload.len >= 4 ? u32le(payload.ptr) : ERROR_NONE;
    struct str text = str_slice(payload, 4, MIN(payload.len, 4 + ERROR_MESSAGE_MAX - 1));
    ret->code = code > ERROR_NONE && code <= ERROR_INTERNAL ? (enum error_code)code : ERROR_IO;
    if (text.len == 0 || !str_is_utf8(text))
        text = STR("the decoder failed without a word");
    memcpy(ret->message, text.ptr, text.len);
    ret->message[text.len] = '\0';
    for (size_t i = 0; i < text.len; i++) /* one line, and nothing a terminal would act upon */
        if ((unsigned char)ret->message[i] < ' ' || ret->message[i] == 0x7f)
            ret->message[i] = ' ';
}

bool message_send(int fd, enum message_type type, struct str first, struct str second,
                  struct error *err)
{
    CLEANUP(buf_done) struct buf b = {0};
    buf_add_u32le(&b, (uint32_t)(first.len + second.len));
    buf_add_u32le(&b, (uint32_t)type);
    buf_add(&b, first);
    buf_add(&b, second);
    return buf_ok(&b, err) && file_write(fd, buf_str(&b), err);
}

bool message_send_error(int fd, const struct error *what, struct error *err)
{
    CLEANUP(buf_done) struct buf b = {0};
    buf_add_u32le(&b, (uint32_t)what->code);
    return buf_ok(&b, err) &&
           message_send(fd, MESSAGE_ERROR, buf_str(&b), str_from(what->message), err);
}
