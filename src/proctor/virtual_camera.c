#include "proctor/virtual_camera.h"

/* Lower case, as a whole word or words of the label. Sources: the names that these programs
 * register with the system. Phones used as cameras (Iriun, DroidCam) show what their lens sees, and
 * are not meant. */
static const struct {
    const char *words, *name;
} known[] = {
    {"obs", "OBS"},
    {"virtual", "virtual camera"},
    {"virtualcam", "virtual camera"},
    {"manycam", "ManyCam"},
    {"xsplit", "XSplit"},
    {"snap camera", "Snap Camera"},
    {"splitcam", "SplitCam"},
    {"youcam", "YouCam"},
    {"camtwist", "CamTwist"},
    {"mmhmm", "mmhmm"},
    {"vcam", "VCam"},
    {"akvcam", "webcamoid"},
    {"webcamoid", "webcamoid"},
    {"v4l2loopback", "v4l2loopback"},
    {"dummy video device", "v4l2loopback"},
    {"unity video capture", "Unity"},
    {"nvidia broadcast", "NVIDIA Broadcast"},
    {"facerig", "FaceRig"},
    {"deepfacelive", "DeepFaceLive"},
    {"swapface", "Swapface"},
    {"ndi video", "NDI"},
    {"ndi webcam", "NDI"},
    {"screen capture recorder", "screen capture"},
    {"avatarify", "Avatarify"},
};

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool is_letter(char c)
{
    c = lower(c);
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* "OBS Virtual Camera" has the word obs, "Observatory Cam" has not. */
static bool has_words(struct str label, struct str words)
{
    for (size_t at = 0; at + words.len <= label.len; at++) {
        size_t end = at + words.len, i = 0;
        if ((at > 0 && is_letter(label.ptr[at - 1])) ||
            (end < label.len && is_letter(label.ptr[end])))
            continue;
        while (i < words.len && lower(label.ptr[at + i]) == words.ptr[i])
            i++;
        if (i == words.len)
            return true;
    }
    return false;
}

const char *virtual_camera_find(struct str label)
{
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (has_words(label, str_from(known[i].words)))
            return known[i].name;
    return NULL;
}
