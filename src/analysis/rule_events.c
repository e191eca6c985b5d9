/* The rules about what the desktop app and the browser's plugin report, in words, and how the
 * built-in policies apply them. docs/policy.md tells what a report can and cannot show. */
#include "analysis/rule_table.h"

#define ROW(rule) [(rule)-RULE_EVENTS_FIRST]

const struct rule_row rule_events[RULE_EVENTS_LEN] = {
    ROW(RULE_PROGRAM_FORBIDDEN) =
        {
            .name = "program-forbidden",
            .title = "A forbidden program ran",
            .meaning = "The app saw a program running that this exam does not allow. It tells that "
                       "it ran, not that it was used: look at the recordings of the screen.",
            .defaults = {RULE_ON(SEVERITY_MEDIUM, 5, 0), RULE_ON(SEVERITY_HIGH, 2, 0),
                         RULE_ON(SEVERITY_HIGH, 0, 0)},
            .event = true,
        },
    ROW(RULE_SECOND_DISPLAY) =
        {
            .name = "second-display",
            .title = "More than one display",
            .meaning = "The computer had more than one display: another monitor, a projector, or "
                       "one that is shared wirelessly. Where the app runs, it recorded each.",
            .defaults = {RULE_ON(SEVERITY_LOW, 10, 0), RULE_ON(SEVERITY_HIGH, 2, 0),
                         RULE_ON(SEVERITY_HIGH, 0, 0)},
            .event = true,
        },
    ROW(RULE_HEADPHONES) =
        {
            .name = "headphones",
            .title = "Headphones in use",
            .meaning = "Sound went to something that is worn on the ears, by what the device tells "
                       "of itself. Loudspeakers with such a name exist.",
            .defaults = {RULE_OFF(SEVERITY_LOW, 10, 0), RULE_ON(SEVERITY_MEDIUM, 2, 0),
                         RULE_ON(SEVERITY_HIGH, 0, 0)},
            .event = true,
        },
    ROW(RULE_REMOTE_SESSION) =
        {
            .name = "remote-session",
            .title = "Remote session",
            .meaning = "There were signs that this desktop was shown on another computer, so "
                       "somebody else may have seen or moved it. Some universities' computers are "
                       "used in this way by design.",
            .defaults = {RULE_ON(SEVERITY_HIGH, 0, 0), RULE_ON(SEVERITY_HIGH, 0, 0),
                         RULE_ON(SEVERITY_HIGH, 0, 0)},
            .event = true,
        },
    ROW(RULE_VIRTUAL_MACHINE) =
        {
            .name = "virtual-machine",
            .title = "Virtual machine",
            .meaning =
                "There were signs that the exam was sat inside of a virtual machine: what "
                "happens outside of it the app does not see. Windows itself gives such a sign "
                "with some of its security settings.",
            .defaults = {RULE_OFF(SEVERITY_LOW, 0, 0), RULE_ON(SEVERITY_LOW, 0, 0),
                         RULE_ON(SEVERITY_MEDIUM, 0, 0)},
            .event = true,
        },
    ROW(RULE_OVERLAY_WINDOW) =
        {
            .name = "overlay-window",
            .title = "Window over all others",
            .meaning = "A window lay above all others without taking clicks, or was shut out of "
                       "recordings of the screen. Tools that whisper answers do that; so do some "
                       "harmless ones, which show a clock or a magnified pointer.",
            .defaults = {RULE_ON(SEVERITY_LOW, 10, 0), RULE_ON(SEVERITY_MEDIUM, 3, 0),
                         RULE_ON(SEVERITY_HIGH, 2, 0)},
            .event = true,
        },
    ROW(RULE_OTHER_SITE) =
        {
            .name = "other-site",
            .title = "Another page in the browser",
            .meaning =
                "The window in front was a browser's, and what it showed was not the exam. A title "
                "is the page's own words: look at the recording of the screen.",
            .defaults = {RULE_OFF(SEVERITY_LOW, 10, 0), RULE_ON(SEVERITY_MEDIUM, 3, 0),
                         RULE_ON(SEVERITY_HIGH, 2, 0)},
            .event = true,
        },
    ROW(RULE_APP_LOST) =
        {
            .name = "app-lost",
            .title = "The app was not heard of",
            .meaning = "For longer than the exam allows the server heard nothing of the desktop "
                       "app: it was ended, or the network was cut. What it recorded meanwhile "
                       "arrives afterwards.",
            .defaults = {RULE_ON(SEVERITY_LOW, 0, 0), RULE_ON(SEVERITY_MEDIUM, 0, 0),
                         RULE_ON(SEVERITY_HIGH, 0, 0)},
            .event = true,
        },
    ROW(RULE_TAB_OPENED) =
        {
            .name = "tab-opened",
            .title = "A tab or window was opened",
            .meaning = "A tab or a window of the browser was opened beside the exam. Where the "
                       "exam blocks that, it was closed at once and nothing of it was seen.",
            .defaults = {RULE_OFF(SEVERITY_LOW, 0, 0), RULE_ON(SEVERITY_LOW, 0, 0),
                         RULE_ON(SEVERITY_MEDIUM, 0, 0)},
            .event = true,
        },
    ROW(RULE_FOCUS_LOST) =
        {
            .name = "focus-lost",
            .title = "The browser was not in front",
            .meaning = "Another program had the keyboard: one of the candidate's, but also a "
                       "message of the system or a screen reader. Look at the recording of the "
                       "screen.",
            .defaults = {RULE_OFF(SEVERITY_LOW, 30, 0), RULE_ON(SEVERITY_LOW, 5, 0),
                         RULE_ON(SEVERITY_MEDIUM, 2, 0)},
            .event = true,
        },
    ROW(RULE_PASTE) =
        {
            .name = "paste",
            .title = "Text was pasted",
            .meaning = "Text was pasted into the exam that had not been copied from it. What it "
                       "was is in the answers; where it came from nobody knows.",
            .has_threshold = true,
            .threshold_min = 1,
            .threshold_max = 100000,
            .defaults = {RULE_OFF(SEVERITY_LOW, 0, 200), RULE_ON(SEVERITY_LOW, 0, 20),
                         RULE_ON(SEVERITY_MEDIUM, 0, 1)},
            .event = true,
        },
    ROW(RULE_EXAM_COPIED) =
        {
            .name = "exam-copied",
            .title = "The exam was copied or printed",
            .meaning = "Text of the exam's page was copied or cut, or the page was printed. Who "
                       "moves a sentence within an answer does that, too.",
            .defaults = {RULE_OFF(SEVERITY_LOW, 0, 0), RULE_OFF(SEVERITY_LOW, 0, 0),
                         RULE_ON(SEVERITY_LOW, 0, 0)},
            .event = true,
        },
    ROW(RULE_DOWNLOAD) =
        {
            .name = "download",
            .title = "Something was downloaded",
            .meaning = "The browser began a download that did not come from the exam.",
            .defaults = {RULE_OFF(SEVERITY_LOW, 0, 0), RULE_ON(SEVERITY_LOW, 0, 0),
                         RULE_ON(SEVERITY_MEDIUM, 0, 0)},
            .event = true,
        },
    ROW(RULE_EXTENSION_RISK) =
        {
            .name = "extension-risk",
            .title = "Another extension could see the exam",
            .meaning = "An extension was on that may read every page, or record the screen. Most "
                       "password managers, translators and helpers for reading may, too: it says "
                       "what was possible, not what was done.",
            .defaults = {RULE_OFF(SEVERITY_LOW, 0, 0), RULE_ON(SEVERITY_LOW, 0, 0),
                         RULE_ON(SEVERITY_LOW, 0, 0)},
            .event = true,
        },
    ROW(RULE_PLUGIN_LOST) =
        {
            .name = "plugin-lost",
            .title = "The plugin did not answer",
            .meaning = "While the exam went on its page could not reach the browser's plugin: it "
                       "was switched off or removed, or the browser replaced it by a new version.",
            .defaults = {RULE_ON(SEVERITY_LOW, 30, 0), RULE_ON(SEVERITY_MEDIUM, 15, 0),
                         RULE_ON(SEVERITY_HIGH, 5, 0)},
            .event = true,
        },
};
