#include "media/container.h"
#include "support/test.h"

#include <string.h>

static const char *name_of(struct str first)
{
    const struct container *c = container_find(first);
    return c ? c->name : "none";
}

static void a_container_is_known_by_its_first_bytes(void **state)
{
    (void)state;
    assert_string_equal(name_of(STR("\x1a\x45\xdf\xa3........")), "WebM/Matroska");
    assert_string_equal(name_of(STR("\0\0\0\x20"
                                    "ftypisom")),
                        "MP4/QuickTime");
    assert_string_equal(name_of(STR("RIFF....AVI ")), "AVI");
    assert_string_equal(name_of(STR("RF64....WAVE")), "WAV");
    assert_string_equal(name_of(STR("FORM....AIFC")), "AIFF");
    assert_string_equal(name_of(STR("FLV\x01\x05.......")), "FLV");
    assert_string_equal(name_of(STR("\0\0\x01\xba........")), "MPEG-PS");
    assert_string_equal(name_of(STR("#!AMR-WB\n...")), "AMR");
    assert_string_equal(name_of(STR("YUV4MPEG2 W64")), "YUV4MPEG2");
    assert_string_equal(name_of(STR("FLV")), "none");
    assert_string_equal(name_of(STR("RIFF....WEBP")), "none");
    assert_string_equal(name_of(STR("")), "none");
}

static void packets_that_follow_each_other_make_a_transport_stream(void **state)
{
    (void)state;
    char bytes[3 * 192] = {0};
    bytes[0] = bytes[188] = bytes[376] = 0x47;
    assert_string_equal(name_of(str_bytes(bytes, 377)), "MPEG-TS");
    assert_string_equal(name_of(str_bytes(bytes, 376)), "none"); /* too few to tell */
    bytes[376] = 0;
    assert_string_equal(name_of(str_bytes(bytes, sizeof bytes)), "none");
    memset(bytes, 0, sizeof bytes);
    bytes[4] = bytes[4 + 192] = bytes[4 + 384] = 0x47;
    assert_string_equal(name_of(str_bytes(bytes, sizeof bytes)), "MPEG-TS");
}

static void one_frame_of_sound_may_be_chance_and_two_are_not(void **state)
{
    (void)state;
    char bytes[CONTAINER_BYTES_MAX] = {0};
    static const char mp3[] = {'\xff', '\xfb', '\x90', 0}; /* 128 kbit/s at 44.1 kHz: 417 bytes */
    static const char low[] = {'\xff', '\xf3', '\x44', 0}; /* 32 kbit/s at 24 kHz: 96 bytes */
    static const char adts[] = {'\xff',   '\xf1',
                                '\x50',   '\x80', /* 100 bytes */
                                100 >> 3, (char)((100 & 7) << 5),
                                0};
    memcpy(bytes, mp3, sizeof mp3);
    assert_string_equal(name_of(str_bytes(bytes, sizeof bytes)), "none");
    memcpy(bytes + 417, mp3, sizeof mp3);
    assert_string_equal(name_of(str_bytes(bytes, sizeof bytes)), "MP3");
    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, low, sizeof low);
    memcpy(bytes + 96, low, sizeof low);
    assert_string_equal(name_of(str_bytes(bytes, sizeof bytes)), "MP3");
    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, adts, sizeof adts);
    assert_string_equal(name_of(str_bytes(bytes, sizeof bytes)), "none");
    memcpy(bytes + 100, adts, sizeof adts);
    assert_string_equal(name_of(str_bytes(bytes, sizeof bytes)), "AAC (ADTS)");
    memset(bytes, 0xff, sizeof bytes);
    assert_string_equal(name_of(str_bytes(bytes, sizeof bytes)), "none");
}

static void what_names_other_files_is_refused_with_a_sentence(void **state)
{
    (void)state;
    static const char *const playlists[] = {"#EXTM3U\n",    "ffconcat version 1.0\n",
                                            "[playlist]\n", "\xef\xbb\xbf#EXTM3U\n",
                                            "v=0\r\no=- 0", "<?xml version=\"1.0\"?><MPD>"};
    for (size_t i = 0; i < ARRAY_LEN(playlists); i++) {
        assert_string_equal(name_of(str_from(playlists[i])), "none");
        assert_non_null(strstr(container_refusal(str_from(playlists[i])), "playlist"));
    }
    assert_non_null(strstr(container_refusal(STR("\x89PNG\r\n")), "picture"));
    assert_non_null(strstr(container_refusal(STR("RIFF....WEBP")), "picture"));
    assert_non_null(strstr(container_refusal(STR("\0\0\0\x01\x67")), "without times"));
    assert_non_null(strstr(container_refusal(STR("PK\x03\x04")), "archive"));
    assert_string_equal(container_refusal(STR("no film at all")), "");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_container_is_known_by_its_first_bytes),
        cmocka_unit_test(packets_that_follow_each_other_make_a_transport_stream),
        cmocka_unit_test(one_frame_of_sound_may_be_chance_and_two_are_not),
        cmocka_unit_test(what_names_other_files_is_refused_with_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
