/* Asks for NV12 or YUY2, whose first bytes are luma; compares two pictures and keeps none. */
#include "camera.h"

#include "wide.h"

#include <initguid.h>
/* clang-format off */
#include <mfapi.h>
#include <mfidl.h>
#include <mfreadwrite.h>
/* clang-format on */
#include <stdlib.h>
#include <string.h>

/* Loaded when it is needed: editions of Windows without Media Foundation ("N") can run the rest. */
static struct {
    HRESULT(WINAPI *startup)(ULONG version, DWORD flags);
    HRESULT(WINAPI *shutdown)(void);
    HRESULT(WINAPI *attributes)(IMFAttributes **ret, UINT32 size);
    HRESULT(WINAPI *media_type)(IMFMediaType **ret);
    HRESULT(WINAPI *devices)(IMFAttributes *wish, IMFActivate ***ret, UINT32 *ret_len);
    HRESULT(WINAPI *reader)(IMFMediaSource *source, IMFAttributes *wish, IMFSourceReader **ret);
} mf;

static bool find(HMODULE module, const char *name, void *ret_function)
{
    FARPROC found = module ? GetProcAddress(module, name) : NULL;
    memcpy(ret_function, &found, sizeof found);
    return found;
}

static bool load(void)
{
    HMODULE core = LoadLibraryExW(L"mfplat.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    HMODULE devices = LoadLibraryExW(L"mf.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    HMODULE reader = LoadLibraryExW(L"mfreadwrite.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    return find(core, "MFStartup", &mf.startup) && find(core, "MFShutdown", &mf.shutdown) &&
           find(core, "MFCreateAttributes", &mf.attributes) &&
           find(core, "MFCreateMediaType", &mf.media_type) &&
           find(devices, "MFEnumDeviceSources", &mf.devices) &&
           find(reader, "MFCreateSourceReaderFromMediaSource", &mf.reader);
}

#define FRAMES 12 /* the first are often black */
#define BYTES_MAX ((DWORD)1 << 24)

struct luma {
    unsigned char *bytes; /* owned */
    DWORD len;
    int step; /* from one luma sample to the next */
};

static void compare(const struct luma *a, const struct luma *b, struct camera_look *ret)
{
    uint64_t sum = 0;
    size_t differing = 0, pixels = MIN(a->len, b->len) / (size_t)b->step;
    for (size_t i = 0; i < pixels; i++) {
        differing += a->bytes[i * (size_t)a->step] != b->bytes[i * (size_t)b->step];
        sum += b->bytes[i * (size_t)b->step];
    }
    double mean = pixels ? (double)sum / (double)pixels : 0;
    ret->live = differing * 1000 > pixels; /* a sensor's noise touches far more */
    ret->light = mean > 16 ? (mean - 16) / 219 : 0;
}

static bool take(IMFSample *sample, struct luma *ret)
{
    IMFMediaBuffer *buffer = NULL;
    BYTE *bytes;
    DWORD len;
    bool good = false;
    if (FAILED(IMFSample_ConvertToContiguousBuffer(sample, &buffer)))
        return false;
    if (SUCCEEDED(IMFMediaBuffer_Lock(buffer, &bytes, NULL, &len))) {
        free(ret->bytes);
        ret->len = ret->step == 1 ? len * 2 / 3 : len; /* of NV12 the luma alone */
        ret->bytes = len && len < BYTES_MAX ? malloc(len) : NULL;
        good = ret->bytes != NULL;
        if (good)
            memcpy(ret->bytes, bytes, len);
        IMFMediaBuffer_Unlock(buffer);
    }
    IMFMediaBuffer_Release(buffer);
    return good;
}

static int set_format(IMFSourceReader *reader)
{
    static const struct {
        const GUID *format;
        int step;
    } formats[] = {{&MFVideoFormat_NV12, 1}, {&MFVideoFormat_YUY2, 2}};
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        IMFMediaType *type = NULL;
        bool good = SUCCEEDED(mf.media_type(&type)) &&
                    SUCCEEDED(IMFMediaType_SetGUID(type, &MF_MT_MAJOR_TYPE, &MFMediaType_Video)) &&
                    SUCCEEDED(IMFMediaType_SetGUID(type, &MF_MT_SUBTYPE, formats[i].format)) &&
                    SUCCEEDED(IMFSourceReader_SetCurrentMediaType(
                        reader, (DWORD)MF_SOURCE_READER_FIRST_VIDEO_STREAM, NULL, type));
        if (type)
            IMFMediaType_Release(type);
        if (good)
            return formats[i].step;
    }
    return 0;
}

static void watch(IMFSourceReader *reader, struct camera_look *ret)
{
    struct luma before = {.step = set_format(reader)}, now = before;
    int frames = 0;
    for (int tries = 0; before.step && tries < 4 * FRAMES && frames < FRAMES; tries++) {
        IMFSample *sample = NULL;
        DWORD flags = 0;
        if (FAILED(IMFSourceReader_ReadSample(reader, (DWORD)MF_SOURCE_READER_FIRST_VIDEO_STREAM, 0,
                                              NULL, &flags, NULL, &sample)))
            break;
        if (!sample)
            continue;
        ret->opened = true;
        frames++;
        if (frames == FRAMES - 1)
            take(sample, &before);
        else if (frames == FRAMES && before.bytes && take(sample, &now))
            compare(&before, &now, ret);
        IMFSample_Release(sample);
    }
    free(before.bytes);
    free(now.bytes);
}

static void look_into(IMFActivate *device, struct camera_look *ret)
{
    IMFMediaSource *source = NULL;
    IMFSourceReader *reader = NULL;
    wchar_t *name = NULL;
    UINT32 len;
    if (SUCCEEDED(IMFActivate_GetAllocatedString(device, &MF_DEVSOURCE_ATTRIBUTE_FRIENDLY_NAME,
                                                 &name, &len))) {
        wide_to(name, ret->name, sizeof ret->name);
        ret->virtual_one = fact_is_virtual_camera(str_from(ret->name));
        CoTaskMemFree(name);
    }
    HRESULT result = IMFActivate_ActivateObject(device, &IID_IMFMediaSource, (void **)&source);
    if (SUCCEEDED(result)) {
        result = mf.reader(source, NULL, &reader);
        if (SUCCEEDED(result)) {
            watch(reader, ret);
            IMFSourceReader_Release(reader);
        }
        IMFMediaSource_Shutdown(source);
        IMFMediaSource_Release(source);
    }
    /* Taken by another program: during a check-in that is the browser, as it must be. */
    ret->busy =
        !ret->opened && (result == HRESULT_FROM_WIN32(170) /* ERROR_BUSY of Windows */ ||
                         result == (HRESULT)0xC00D3704L /* MF_E_HW_MFT_FAILED_START_STREAMING */);
}

bool camera_look_mf(struct camera_look *ret, struct error *err)
{
    IMFAttributes *wish = NULL;
    IMFActivate **devices = NULL;
    UINT32 len = 0;
    (void)err;
    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    if (!load() || FAILED(mf.startup(MF_VERSION, MFSTARTUP_LITE)))
        return true;
    if (SUCCEEDED(mf.attributes(&wish, 1)) &&
        SUCCEEDED(IMFAttributes_SetGUID(wish, &MF_DEVSOURCE_ATTRIBUTE_SOURCE_TYPE,
                                        &MF_DEVSOURCE_ATTRIBUTE_SOURCE_TYPE_VIDCAP_GUID)) &&
        SUCCEEDED(mf.devices(wish, &devices, &len)))
        ret->cameras = (int)len;
    for (UINT32 i = 0; i < len; i++) {
        if (!ret->opened)
            look_into(devices[i], ret);
        IMFActivate_Release(devices[i]);
    }
    CoTaskMemFree(devices);
    if (wish)
        IMFAttributes_Release(wish);
    mf.shutdown();
    return true;
}
