/* The rules of an exam: a JSON document (docs/policy.md), checked with the path of what is wrong.
 */
#pragma once
#include "base/json.h"
#include "detect/screen_words.h"

#define POLICY_BYTES_MAX ((size_t)64 << 10)

enum rule {
    RULE_NONE = 0,
    RULE_NO_FACE,
    RULE_SEVERAL_FACES,
    RULE_TOO_DARK,
    RULE_CAMERA_COVERED,
    RULE_CAMERA_FROZEN,
    RULE_CAMERA_LOST,
    RULE_PHONE,
    RULE_BOOK,
    RULE_LAPTOP,
    RULE_SECOND_SCREEN,
    RULE_SEVERAL_PEOPLE,
    RULE_IDENTITY_MISMATCH,
    RULE_PERSON_CHANGED,
    RULE_LOOKING_AWAY,
    RULE_FACE_TURNED,
    RULE_EYES_CLOSED,
    RULE_GAZE_AWAY,
    RULE_BACKLIT,
    RULE_OVEREXPOSED,
    RULE_BLURRED,
    RULE_CAMERA_LOOPED,
    RULE_CAMERA_STILL,
    RULE_CAMERA_DRAWN,
    RULE_SOUND_SPEECH,
    RULE_SOUND_MUSIC,
    RULE_SOUND_LOUD,
    RULE_MICROPHONE_MUTED,
    RULE_SCREEN_BLACK,
    RULE_SCREEN_FROZEN,
    RULE_SCREEN_LOST,
    RULE_SCREEN_CHANGED,
    RULE_SCREEN_FORBIDDEN,
    RULE_PROGRAM_FORBIDDEN, /* from here on: of what the app and the plugin report */
    RULE_SECOND_DISPLAY,
    RULE_HEADPHONES,
    RULE_REMOTE_SESSION,
    RULE_VIRTUAL_MACHINE,
    RULE_OVERLAY_WINDOW,
    RULE_OTHER_SITE,
    RULE_APP_LOST,
    RULE_TAB_OPENED,
    RULE_FOCUS_LOST,
    RULE_PASTE,
    RULE_EXAM_COPIED,
    RULE_DOWNLOAD,
    RULE_EXTENSION_RISK,
    RULE_PLUGIN_LOST,
    RULE_COUNT,
};
/* Things a policy may permit: they raise nothing, as far as a rule is about them. */
enum permitted {
    PERMITTED_BOOK,
    PERMITTED_CALCULATOR,
    PERMITTED_DRINK,
    PERMITTED_HEADPHONES,
    PERMITTED_HELPER, /* somebody who reads aloud, writes or signs for the candidate */
    PERMITTED_LAPTOP,
    PERMITTED_PAPER,
    PERMITTED_PEN,
    PERMITTED_PHONE,
    PERMITTED_SECOND_SCREEN,
    PERMITTED_COUNT,
};
enum severity { SEVERITY_NONE = 0, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_COUNT };

struct policy_rule {
    bool on;
    enum severity severity;
    double min_s;     /* shorter spans raise nothing */
    double threshold; /* what it means is said in the rule's row (rules.h); 0 where it has none */
};
/* What a screen must not show (detect/screen_words.h). */
struct policy_screen {
    uint32_t kinds; /* bits 1 << enum screen_kind */
    size_t own_len;
    char own[SCREEN_OWN_MAX][SCREEN_WORD_MAX];
};
/* When an identity profile must be approved: before a real exam is opened, or any time after it. */
enum approval { APPROVAL_NONE = 0, APPROVAL_BEFORE, APPROVAL_AFTER };
/* The steps of the check-in that an exam asks for, beside those that every exam has. */
struct policy_checkin {
    bool plugin, app, face_scan, id_scan, screen;
    enum approval approval;
};
/* Programs that may be forbidden to run beside the exam (program_table.h). */
enum program_kind {
    PROGRAM_NONE = 0,
    PROGRAM_OFFICE,
    PROGRAM_MESSENGER,
    PROGRAM_REMOTE,
    PROGRAM_RECORDER,
    PROGRAM_BROWSER,
    PROGRAM_MACHINE,
    PROGRAM_ASSISTANT,
    PROGRAM_OWN, /* the exam's own list */
    PROGRAM_KINDS,
};
#define PROGRAM_OWN_MAX 32
#define PROGRAM_NAME_MAX 64 /* bytes, with the NUL */
/* What the desktop app looks for. */
struct policy_app {
    uint32_t kinds;                                  /* bits 1 << enum program_kind */
    char own[PROGRAM_OWN_MAX][PROGRAM_NAME_MAX];     /* forbidden, too */
    char allowed[PROGRAM_OWN_MAX][PROGRAM_NAME_MAX]; /* whatever their kind */
    size_t own_len, allowed_len;
    double silent_s; /* it may be silent for so long */
    bool unknown;    /* it tells programs that start from a folder of the user's own, too */
};
/* What the browser's plugin does when a candidate opens a page beside the exam. */
enum plugin_mode { PLUGIN_MODE_NONE = 0, PLUGIN_REPORT, PLUGIN_WARN, PLUGIN_BLOCK };
/* What it reads only where the candidate allows it: a permission each. */
enum plugin_reading {
    PLUGIN_READS_DOWNLOADS,
    PLUGIN_READS_EXTENSIONS,
    PLUGIN_READS_APP, /* the version of the desktop app */
    PLUGIN_READINGS,
};
#define PLUGIN_LIST_MAX 32
#define PLUGIN_HOST_SIZE 128 /* with the NUL */
#define PLUGIN_ID_SIZE 33    /* of an extension: 32 letters and the NUL */
struct policy_plugin {
    enum plugin_mode mode;
    uint32_t ask;                                     /* bits 1 << enum plugin_reading */
    char allow[PLUGIN_LIST_MAX][PLUGIN_HOST_SIZE];    /* hosts that may be opened */
    char extensions[PLUGIN_LIST_MAX][PLUGIN_ID_SIZE]; /* ids that are no risk */
    size_t allow_len, extensions_len;
};
/* Which decisions of one reviewer count only once a second one, who has not seen them, has decided.
 */
enum review_second {
    REVIEW_SECOND_NONE = 0,
    REVIEW_SECOND_NEVER,
    REVIEW_SECOND_VIOLATIONS, /* that a rule was broken */
    REVIEW_SECOND_ALWAYS,
};
struct policy_review {
    enum review_second second;
};
struct policy {
    char name[64];
    uint32_t permitted; /* bits 1 << enum permitted */
    struct policy_rule rules[RULE_COUNT];
    struct policy_screen screen;
    struct policy_checkin checkin;
    struct policy_app app;
    struct policy_plugin plugin;
    struct policy_review review;
};

const char *rule_name(enum rule rule);    /* "no-face": as in JSON; static */
const char *rule_title(enum rule rule);   /* "Nobody in view" */
const char *rule_meaning(enum rule rule); /* one or two sentences for a reviewer */
const char *severity_name(enum severity severity);

const char *permitted_name(enum permitted thing); /* "book": as in JSON; static */
bool policy_permits(const struct policy *p, enum permitted thing);
/* Is the rule on, and not about something that is permitted? */
bool policy_judges(const struct policy *p, enum rule rule);

const char *review_second_name(enum review_second second); /* "never": as in JSON; static */
const char *plugin_mode_name(enum plugin_mode mode);       /* "warn": as in JSON; static */
const char *plugin_reading_name(enum plugin_reading reading);
/* May this host be opened beside the exam? A port does not belong to it. */
bool policy_allows_host(const struct policy *p, struct str host);
bool policy_allows_extension(const struct policy *p, struct str id);

/* A built-in policy: "open", "standard" or "strict"; ERROR_NOT_FOUND else. */
MUST_USE bool policy_builtin(struct str name, struct policy *ret, struct error *err);
/* {"name": ..., "base": "standard", "permitted": ["paper"], "rules": {"no-face": {"on": true,
 * "min_s": 5}}}: what is not named is as in the base. Unknown members are errors. */
MUST_USE bool policy_parse(struct str json, struct policy *ret, struct error *err);
/* The accommodations of one candidate: {"permitted": ..., "rules": ..., "checkin": ...} as above,
 * on the exam's policy instead of a built-in one; what is permitted comes to what is permitted
 * already. */
MUST_USE bool policy_patch(const struct policy *base, struct str json, struct policy *ret,
                           struct error *err);
/* The whole policy, every rule with every member. The caller ends *ret with json_decref(). */
MUST_USE bool policy_json(const struct policy *p, json_t **ret, struct error *err);
/* Its canonical text, which policy_parse() reads back to the same policy; malloc'ed. */
MUST_USE bool policy_text(const struct policy *p, char **ret, struct error *err);
