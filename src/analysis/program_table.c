/* Names as Windows and Linux have them. A program that helps people to use the computer (screen
 * readers, magnifiers, speech input) is in no list. */
#include "analysis/program_table.h"

#include <string.h>

static const char *const office[] = {"winword",
                                     "excel",
                                     "powerpnt",
                                     "onenote",
                                     "outlook",
                                     "mspub",
                                     "msaccess",
                                     "visio",
                                     "soffice",
                                     "soffice.bin",
                                     "oosplash",
                                     "libreoffice",
                                     "swriter",
                                     "scalc",
                                     "simpress",
                                     "wps",
                                     "et",
                                     "wpp",
                                     "wpspdf",
                                     "onlyoffice-desktopeditors",
                                     "desktopeditors",
                                     "abiword",
                                     "gnumeric",
                                     "calligrawords",
                                     "calligrasheets",
                                     "notion",
                                     "obsidian",
                                     "evernote",
                                     "joplin",
                                     NULL};
static const char *const messenger[] = {"skype",
                                        "skypeforlinux",
                                        "skypehost",
                                        "teams",
                                        "ms-teams",
                                        "msteams",
                                        "teams-for-linux",
                                        "zoom",
                                        "webex",
                                        "ciscocollabhost",
                                        "slack",
                                        "discord",
                                        "discordcanary",
                                        "telegram",
                                        "telegram-desktop",
                                        "whatsapp",
                                        "whatsapp.root",
                                        "signal",
                                        "signal-desktop",
                                        "viber",
                                        "line",
                                        "wechat",
                                        "weixin",
                                        "messenger",
                                        "element",
                                        "element-desktop",
                                        "pidgin",
                                        "thunderbird",
                                        "evolution",
                                        "hexchat",
                                        "mumble",
                                        "jitsi",
                                        "qtox",
                                        "linphone",
                                        NULL};
static const char *const remote[] = {"teamviewer",
                                     "teamviewer_service",
                                     "teamviewerd",
                                     "teamviewer_desktop",
                                     "anydesk",
                                     "rustdesk",
                                     "ammyy",
                                     "aa_v3",
                                     "supremo",
                                     "ultraviewer_desktop",
                                     "ultraviewer",
                                     "vncserver",
                                     "winvnc",
                                     "tvnserver",
                                     "vncviewer",
                                     "x11vnc",
                                     "x0vncserver",
                                     "xtigervnc",
                                     "xtightvnc",
                                     "krfb",
                                     "vino-server",
                                     "gnome-remote-desktop-daemon",
                                     "xrdp",
                                     "remmina",
                                     "mstsc",
                                     "msra",
                                     "quickassist",
                                     "parsecd",
                                     "parsec",
                                     "nxserver.bin",
                                     "nxplayer.bin",
                                     "splashtop",
                                     "srserver",
                                     "logmein",
                                     "screenconnect",
                                     "remoting_host",
                                     "chrome-remote-desktop",
                                     "chrome-remote-desktop-host",
                                     "dwservice",
                                     "dwagent",
                                     "synergy",
                                     "synergys",
                                     "barrier",
                                     "barriers",
                                     "input-leap",
                                     "mousewithoutborders",
                                     NULL};
static const char *const recorder[] = {"obs",
                                       "obs64",
                                       "obs32",
                                       "streamlabs",
                                       "streamlabs obs",
                                       "xsplit.core",
                                       "camtasia",
                                       "camtasiastudio",
                                       "camrecorder",
                                       "bandicam",
                                       "bdcam",
                                       "fraps",
                                       "snagit",
                                       "snagit32",
                                       "snagiteditor",
                                       "sharex",
                                       "simplescreenrecorder",
                                       "kazam",
                                       "vokoscreenng",
                                       "peek",
                                       "recordmydesktop",
                                       "screentogif",
                                       "snippingtool",
                                       "screensketch",
                                       "flameshot",
                                       "shutter",
                                       "spectacle",
                                       "loom",
                                       "manycam",
                                       "snapcamera",
                                       NULL};
static const char *const browser[] = {"firefox",
                                      "firefox-bin",
                                      "firefox-esr",
                                      "opera",
                                      "opera_autoupdate",
                                      "vivaldi",
                                      "vivaldi-bin",
                                      "brave",
                                      "brave-browser",
                                      "iexplore",
                                      "waterfox",
                                      "librewolf",
                                      "tor",
                                      "torbrowser",
                                      "seamonkey",
                                      "palemoon",
                                      "epiphany",
                                      "falkon",
                                      "midori",
                                      "konqueror",
                                      "lynx",
                                      "w3m",
                                      "links",
                                      NULL};
static const char *const machine[] = {"virtualbox",     "virtualboxvm",         "vboxheadless",
                                      "vmware",         "vmware-vmx",           "vmplayer",
                                      "vmconnect",      "qemu-system-x86_64",   "qemu-system-i386",
                                      "virt-manager",   "virt-viewer",          "gnome-boxes",
                                      "windowssandbox", "windowssandboxclient", NULL};
static const char *const assistant[] = {
    "chatgpt", "claude", "copilot", "cursor", "perplexity",     "lm studio", "lm-studio",
    "ollama",  "jan",    "gpt4all", "cluely", "interviewcoder", NULL};
static const char *const nothing[] = {NULL};

static const struct program_kind_row rows[PROGRAM_KINDS] = {
    [PROGRAM_NONE] = {"none", "", nothing},
    [PROGRAM_OFFICE] = {"office", "office program", office},
    [PROGRAM_MESSENGER] = {"messenger", "messenger or mail", messenger},
    [PROGRAM_REMOTE] = {"remote-control", "remote control", remote},
    [PROGRAM_RECORDER] = {"recorder", "screen recorder", recorder},
    [PROGRAM_BROWSER] = {"browser", "another browser", browser},
    [PROGRAM_MACHINE] = {"virtual-machine", "virtual machine", machine},
    [PROGRAM_ASSISTANT] = {"ai-assistant", "AI assistant", assistant},
    [PROGRAM_OWN] = {"own", "forbidden by this exam", nothing},
};

const struct program_kind_row *program_kind_row(enum program_kind kind) { return &rows[kind]; }

enum program_kind program_kind_from_name(struct str name)
{
    for (enum program_kind kind = PROGRAM_NONE + 1; kind < PROGRAM_OWN; kind++)
        if (str_eq(name, str_from(rows[kind].name)))
            return kind;
    return PROGRAM_NONE;
}

static bool listed(const char list[][PROGRAM_NAME_MAX], size_t len, struct str name)
{
    for (size_t i = 0; i < len; i++)
        if (str_eq_nocase(name, str_from(list[i])))
            return true;
    return false;
}

enum program_kind program_forbidden(const struct policy *p, struct str name)
{
    if (name.len > 4 && str_eq_nocase(str_slice(name, name.len - 4, name.len), STR(".exe")))
        name.len -= 4;
    if (listed(p->app.allowed, p->app.allowed_len, name))
        return PROGRAM_NONE;
    if (listed(p->app.own, p->app.own_len, name))
        return PROGRAM_OWN;
    for (enum program_kind kind = PROGRAM_NONE + 1; kind < PROGRAM_OWN; kind++) {
        if (!(p->app.kinds >> kind & 1))
            continue;
        for (const char *const *one = rows[kind].programs; *one; one++)
            if (str_eq_nocase(name, str_from(*one)))
                return kind;
    }
    return PROGRAM_NONE;
}
