#include "proctor/virtual_camera.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void programs_that_pretend_to_be_cameras_are_known(void **state)
{
    (void)state;
    static const char *const labels[] = {"OBS Virtual Camera",
                                         "OBS-Camera",
                                         "obs virtual camera (m-de:vice)",
                                         "ManyCam Virtual Webcam",
                                         "XSplit VCam",
                                         "Snap Camera",
                                         "Dummy video device (0x0000)",
                                         "e2eSoft VCam",
                                         "Unity Video Capture #1",
                                         "NVIDIA Broadcast",
                                         "v4l2loopback"};
    for (size_t i = 0; i < ARRAY_LEN(labels); i++)
        if (!virtual_camera_find(str_from(labels[i])))
            fail_msg("%s passes", labels[i]);
}

static void real_cameras_pass(void **state)
{
    (void)state;
    static const char *const labels[] = {"",
                                         "Integrated Camera (04f2:b6d9)",
                                         "FaceTime HD Camera",
                                         "HD Pro Webcam C920 (046d:082d)",
                                         "Observatory Cam",
                                         "fake_device_0",
                                         "DroidCam Source 3",
                                         "Iriun Webcam",
                                         "Sandisk Robots"};
    for (size_t i = 0; i < ARRAY_LEN(labels); i++)
        if (virtual_camera_find(str_from(labels[i])))
            fail_msg("%s is refused", labels[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_that_pretend_to_be_cameras_are_known),
        cmocka_unit_test(real_cameras_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
