#include "sound.h"

#include "wide.h"

#include "base/clock.h"

#include <initguid.h>
/* clang-format off */
#include <mmdeviceapi.h>
#include <audioclient.h>
#include <endpointvolume.h>
#include <functiondiscoverykeys_devpkey.h>
/* clang-format on */
#include <math.h>
#include <string.h>

#define LISTEN_US (3 * SECOND_US / 2)
#define PATIENCE_US (5 * SECOND_US) /* the first sound can take its time */
#define BUFFER_100NS 2000000

static bool open_enumerator(IMMDeviceEnumerator **ret)
{
    CoInitializeEx(NULL, COINIT_MULTITHREADED); /* again is fine */
    return SUCCEEDED(CoCreateInstance(&CLSID_MMDeviceEnumerator, NULL, CLSCTX_ALL,
                                      &IID_IMMDeviceEnumerator, (void **)ret));
}

static bool is_worn(DWORD form) { return form == Headphones || form == Headset || form == Handset; }

static void describe(IMMDevice *device, bool output, const wchar_t *used, struct fact_sound *ret)
{
    IPropertyStore *store = NULL;
    PROPVARIANT value = {.vt = VT_EMPTY};
    wchar_t *id = NULL;
    ret->output = output;
    if (SUCCEEDED(IMMDevice_GetId(device, &id))) {
        ret->used = used && wcscmp(id, used) == 0;
        ret->bluetooth = wcsstr(id, L"BTH") != NULL;
        CoTaskMemFree(id);
    }
    if (FAILED(IMMDevice_OpenPropertyStore(device, STGM_READ, &store)))
        return;
    if (SUCCEEDED(IPropertyStore_GetValue(store, &PKEY_Device_FriendlyName, &value)) &&
        value.vt == VT_LPWSTR)
        wide_to(value.pwszVal, ret->name, sizeof ret->name);
    PropVariantClear(&value);
    if (output &&
        SUCCEEDED(IPropertyStore_GetValue(store, &PKEY_AudioEndpoint_FormFactor, &value)) &&
        value.vt == VT_UI4)
        ret->on_ears = is_worn(value.ulVal);
    PropVariantClear(&value);
    ret->on_ears = output && (ret->on_ears || fact_is_on_ears(str_from(ret->name)));
    IPropertyStore_Release(store);
}

static wchar_t *used_id(IMMDeviceEnumerator *all, EDataFlow flow)
{
    IMMDevice *device = NULL;
    wchar_t *id = NULL;
    if (FAILED(IMMDeviceEnumerator_GetDefaultAudioEndpoint(all, flow, eConsole, &device)))
        return NULL;
    if (FAILED(IMMDevice_GetId(device, &id)))
        id = NULL;
    IMMDevice_Release(device);
    return id;
}

static void list(IMMDeviceEnumerator *all, EDataFlow flow, struct facts *ret)
{
    IMMDeviceCollection *devices = NULL;
    UINT len = 0;
    if (FAILED(IMMDeviceEnumerator_EnumAudioEndpoints(all, flow, DEVICE_STATE_ACTIVE, &devices)))
        return;
    wchar_t *used = used_id(all, flow);
    IMMDeviceCollection_GetCount(devices, &len);
    for (UINT i = 0; i < len && ret->sounds_len < FACTS_SOUNDS_MAX; i++) {
        IMMDevice *device;
        if (FAILED(IMMDeviceCollection_Item(devices, i, &device)))
            continue;
        describe(device, flow == eRender, used, &ret->sounds[ret->sounds_len++]);
        IMMDevice_Release(device);
    }
    CoTaskMemFree(used);
    IMMDeviceCollection_Release(devices);
}

void sound_devices(struct facts *ret)
{
    IMMDeviceEnumerator *all = NULL;
    if (!open_enumerator(&all))
        return;
    list(all, eRender, ret);
    list(all, eCapture, ret);
    ret->sounds_known = true;
    IMMDeviceEnumerator_Release(all);
}

/* ---- listening ---- */

static double loudest(const BYTE *bytes, UINT32 frames, const WAVEFORMATEX *format)
{
    size_t samples = (size_t)frames * format->nChannels;
    double peak = 0;
    if (format->wBitsPerSample == 32) {
        for (size_t i = 0; i < samples; i++) {
            float value;
            memcpy(&value, bytes + 4 * i, sizeof value);
            peak = fmax(peak, fabs((double)value));
        }
    } else if (format->wBitsPerSample == 16) {
        for (size_t i = 0; i < samples; i++) {
            int16_t value;
            memcpy(&value, bytes + 2 * i, sizeof value);
            peak = fmax(peak, fabs(value / 32768.0));
        }
    }
    return isfinite(peak) ? fmin(peak, 1) : 0;
}

static void capture(IAudioClient *client, const WAVEFORMATEX *format, struct sound_look *ret)
{
    IAudioCaptureClient *reader = NULL;
    if (FAILED(IAudioClient_GetService(client, &IID_IAudioCaptureClient, (void **)&reader)))
        return;
    ret->opened = SUCCEEDED(IAudioClient_Start(client));
    int64_t heard_us = 0, until_us = clock_monotonic_us() + PATIENCE_US;
    while (ret->opened && clock_monotonic_us() < until_us && heard_us < LISTEN_US) {
        UINT32 frames = 0;
        DWORD flags = 0;
        BYTE *bytes;
        Sleep(50);
        while (IAudioCaptureClient_GetBuffer(reader, &bytes, &frames, &flags, NULL, NULL) == S_OK &&
               frames) {
            if (!(flags & AUDCLNT_BUFFERFLAGS_SILENT))
                ret->peak = fmax(ret->peak, loudest(bytes, frames, format));
            heard_us += (int64_t)frames * SECOND_US / (int64_t)format->nSamplesPerSec;
            IAudioCaptureClient_ReleaseBuffer(reader, frames);
        }
    }
    IAudioClient_Stop(client);
    IAudioCaptureClient_Release(reader);
}

static void listen_to(IMMDevice *device, struct sound_look *ret)
{
    IAudioClient *client = NULL;
    IAudioEndpointVolume *volume = NULL;
    WAVEFORMATEX *format = NULL;
    BOOL muted = FALSE;
    if (SUCCEEDED(IMMDevice_Activate(device, &IID_IAudioEndpointVolume, CLSCTX_ALL, NULL,
                                     (void **)&volume))) {
        ret->muted = SUCCEEDED(IAudioEndpointVolume_GetMute(volume, &muted)) && muted;
        IAudioEndpointVolume_Release(volume);
    }
    if (FAILED(IMMDevice_Activate(device, &IID_IAudioClient, CLSCTX_ALL, NULL, (void **)&client)))
        return;
    if (SUCCEEDED(IAudioClient_GetMixFormat(client, &format)) && format->nSamplesPerSec &&
        SUCCEEDED(IAudioClient_Initialize(client, AUDCLNT_SHAREMODE_SHARED, 0, BUFFER_100NS, 0,
                                          format, NULL)))
        capture(client, format, ret);
    CoTaskMemFree(format);
    IAudioClient_Release(client);
}

bool sound_listen(struct sound_look *ret, struct error *err)
{
    IMMDeviceEnumerator *all = NULL;
    IMMDevice *device = NULL;
    (void)err;
    if (!open_enumerator(&all))
        return true;
    if (SUCCEEDED(IMMDeviceEnumerator_GetDefaultAudioEndpoint(all, eCapture, eConsole, &device))) {
        struct fact_sound about = {.output = false};
        describe(device, false, NULL, &about);
        ret->inputs = 1;
        fact_text(ret->name, sizeof ret->name, str_from(about.name));
        listen_to(device, ret);
        IMMDevice_Release(device);
    }
    IMMDeviceEnumerator_Release(all);
    return true;
}
