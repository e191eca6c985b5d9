#include "proctor/document_words.h"

/* ---- which policies a row is for ---- */

static bool with_scans(const struct policy *p)
{
    return p->checkin.face_scan || p->checkin.id_scan;
}
static bool with_face(const struct policy *p) { return p->checkin.face_scan; }
static bool with_id(const struct policy *p) { return p->checkin.id_scan; }
static bool with_plugin(const struct policy *p) { return p->checkin.plugin; }
static bool plugin_does(const struct policy *p, enum plugin_mode mode)
{
    return p->checkin.plugin && p->plugin.mode == mode;
}
static bool plugin_warns(const struct policy *p) { return plugin_does(p, PLUGIN_WARN); }
static bool plugin_blocks(const struct policy *p) { return plugin_does(p, PLUGIN_BLOCK); }
static bool with_pages(const struct policy *p) { return p->plugin.allow_len > 0; }
static bool with_app(const struct policy *p) { return p->checkin.app; }
static bool with_screen(const struct policy *p) { return p->checkin.screen; }

/* A thing has two rows: one where it is permitted, one where it is not. */
#define THING(name, NAME)                                                                          \
    static bool name##_allowed(const struct policy *p)                                             \
    {                                                                                              \
        return policy_permits(p, PERMITTED_##NAME);                                                \
    }                                                                                              \
    static bool name##_refused(const struct policy *p)                                             \
    {                                                                                              \
        return !policy_permits(p, PERMITTED_##NAME);                                               \
    }
THING(book, BOOK)
THING(calculator, CALCULATOR)
THING(drink, DRINK)
THING(headphones, HEADPHONES)
THING(helper, HELPER)
THING(laptop, LAPTOP)
THING(paper, PAPER)
THING(pen, PEN)
THING(phone, PHONE)
THING(second_screen, SECOND_SCREEN)

#define TITLE(words)                                                                               \
    {                                                                                              \
        .text = (words), .title = true                                                             \
    }
#define TEXT(words)                                                                                \
    {                                                                                              \
        .text = (words)                                                                            \
    }
#define TEXT_IF(condition, words)                                                                  \
    {                                                                                              \
        .text = (words), .meant = (condition)                                                      \
    }
#define TITLE_IF(condition, words)                                                                 \
    {                                                                                              \
        .text = (words), .title = true, .meant = (condition)                                       \
    }
#define STEP(words)                                                                                \
    {                                                                                              \
        .text = (words), .numbered = true                                                          \
    }
#define STEP_IF(condition, words)                                                                  \
    {                                                                                              \
        .text = (words), .numbered = true, .meant = (condition)                                    \
    }
#define ALLOWED(name, words)                                                                       \
    {                                                                                              \
        .text = (words), .numbered = true, .permitted = true, .meant = name##_allowed              \
    }
#define REFUSED(name, words) STEP_IF(name##_refused, words)
#define END                                                                                        \
    {                                                                                              \
        .text = NULL                                                                               \
    }

static const struct document_words instructions[] = {
    TEXT("Please read everything on this page before you go on. It says how your test will go and "
         "which rules hold while you take it."),

    TITLE("How the test goes"),
    STEP_IF(with_plugin, "You add the plugin to your browser, if it is not there yet."),
    STEP("You read these instructions and the agreement, and accept both."),
    STEP_IF(with_face, "Your face is scanned: you look into the camera and turn your head as the "
                       "page asks you to."),
    STEP_IF(with_id, "Your photo ID is scanned: name and photo must be on the same side. The name "
                     "must be the full name of your account."),
    STEP_IF(with_app, "You download the desktop app and run it."),
    STEP("Your computer is checked: camera, microphone, displays, network, the machine, what runs "
         "on it, and the browser. Each point that fails says how to mend it."),
    STEP_IF(with_screen, "You share your entire screen."),
    STEP("You press \"Start Proctoring\". From then on you are recorded, and the page shows it all "
         "the time."),
    STEP("You press \"Start Exam\". The questions appear and the clock starts. The clock of the "
         "server counts, not the one of your computer."),
    STEP("Each answer is saved as you give it; the page says \"Saved\" with the time. You may "
         "change an answer until you finish."),
    STEP("You press \"Finish Exam\" and then \"Home\". The test is handed in and the recording "
         "ends."),
    STEP("What was recorded and has not been sent yet is uploaded. Wait until it says 100 %; then "
         "you are given a receipt."),
    TEXT("If your connection breaks, stay on the page and go on. Answers and recording are kept on "
         "your computer and sent as soon as the connection is back. If the page closes, open the "
         "test again and go on where you were; the clock keeps running."),
    TEXT_IF(with_scans, "Scans are made once: a later exam uses them again, until they expire or "
                        "are rejected."),

    TITLE("Test environment rules"),
    REFUSED(helper, "No other person may be in the room, or come in, while you take the test."),
    ALLOWED(helper, "A person who helps you: permitted in this exam. Nobody else may be in the "
                    "room, or come in, while you take the test."),
    STEP("The light must be as bright as daylight. Best is a light from the ceiling. If there is "
         "none, the light must not come from behind you."),
    STEP("Sit at a clean desk or table. Nothing may be on it but what this page permits."),
    STEP("There must be no writing on the desk or on the walls around you."),
    STEP("The room must be as quiet as possible. Music and television are not permitted."),
    REFUSED(book, "Books and textbooks: not permitted."),
    ALLOWED(book, "Books and textbooks: permitted in this exam."),
    REFUSED(paper, "Notebooks and paper: not permitted."),
    ALLOWED(paper, "Notebooks and paper: permitted in this exam."),
    REFUSED(pen, "Pens: not permitted."),
    ALLOWED(pen, "Pens: permitted in this exam."),
    REFUSED(calculator, "Calculators: not permitted."),
    ALLOWED(calculator, "Calculators: permitted in this exam."),
    REFUSED(drink, "Food and drink: not permitted."),
    ALLOWED(drink, "A drink: permitted in this exam."),

    TITLE("The computer you use to take the test"),
    REFUSED(second_screen, "The computer must have one display only. If a monitor is connected to "
                           "your laptop, disconnect it and use the screen of the laptop."),
    ALLOWED(second_screen, "A second display: permitted in this exam."),
    REFUSED(laptop, "Another computer or tablet: not permitted."),
    ALLOWED(laptop, "Another computer: permitted in this exam."),
    STEP("Close all other programs and windows before you begin."),
    STEP("Do not use: programs such as Excel, Word or PowerPoint; programs to communicate, such as "
         "Skype; any page other than the window of the exam, other pages of your course "
         "included."),
    TEXT_IF(with_pages, "Pages that your institution named for this exam may be opened beside it."),
    TEXT_IF(plugin_warns, "When you open another page the plugin tells you that it is not part of "
                          "the exam, and leads you back."),
    TEXT_IF(plugin_blocks, "When you open another page the plugin closes it, or brings you back to "
                           "the exam, and tells you why."),

    TITLE("Your behavior"),
    STEP("Dress as you would in a public place."),
    REFUSED(headphones, "Do not use headphones, earbuds or any other listening equipment. A "
                        "hearing aid is not meant by this."),
    ALLOWED(headphones, "Headphones: permitted in this exam."),
    REFUSED(helper, "Do not communicate with any other person by any means."),
    ALLOWED(helper, "Talking with the person who helps you: permitted in this exam. Do not "
                    "communicate with anybody else by any means."),
    REFUSED(phone, "Do not use a phone for any reason."),
    ALLOWED(phone, "A phone: permitted in this exam."),
    STEP("Do not leave the room during the test, unless the rules of your exam expressly permit "
         "it."),
    TEXT("If a rule does not fit you, for example because of your health or of help that you need, "
         "ask your institution before the test: rules can be switched off for you."),
    END,
};

static const struct document_words agreement[] = {
    TEXT("This is what you agree to when you take this test under supervision."),

    TITLE("What is recorded"),
    TEXT(
        "Pictures from your camera and sound from your microphone, from \"Start Proctoring\" until "
        "the test is handed in. Also recorded are when you started and finished, when each answer "
        "was saved, when the connection was lost and came back, and when the page of the test was "
        "hidden."),
    TEXT_IF(with_screen, "Your screen, in the same time."),
    TEXT_IF(with_app, "What the desktop app sees: displays and devices that are connected, and "
                      "which programs run."),
    TEXT_IF(with_plugin,
            "What the browser's plugin sees, in the same time: displays; which tabs and windows "
            "are opened beside the test (host and title); whether the test is in front; that "
            "something was copied, pasted or printed in it, but not what. Where you allow it, "
            "downloads and other extensions as well."),
    TEXT("What the check of your computer found, and the names of your camera and your "
         "microphone."),

    TITLE_IF(with_scans, "Your identity profile"),
    TEXT_IF(with_face, "Pictures of your face and the numbers by which it is known again. They are "
                       "compared with the person before the camera during your exams."),
    TEXT_IF(with_id, "A picture of your photo ID. A program reads the name and compares it with "
                     "your account, and the photo with your face. Where it is not sure, a person "
                     "looks; a program alone never refuses you for good."),
    TEXT_IF(with_scans, "Profile and pictures are encrypted with a key of their own and used until "
                        "they expire or you ask for them to be erased; erasing deletes that key."),

    TITLE("What the computer does with it"),
    TEXT("A program looks through the recordings for moments that the rules of the exam name, such "
         "as: nobody in view, several people in view, too dark to see, the camera covered or its "
         "picture standing still. It marks such a moment with its time and with the numbers behind "
         "it. It does not recognise feelings and does not decide anything."),

    TITLE("No verdict by a machine"),
    TEXT("A mark is a question, not an answer. A person of your institution looks at it and "
         "decides; \"there is not enough evidence\" is one of the possible outcomes."),

    TITLE("Who sees it"),
    TEXT("The instructors, proctors and administrators of your institution who are responsible for "
         "this exam. Each time somebody looks at your recording or at a picture of your profile, "
         "that is put on record. It is not sold, not published, and not used to train anything."),

    TITLE("How it is kept"),
    TEXT("The recording is encrypted with a key of its own for your session, on the server of your "
         "institution. It is kept for as long as your institution's rules of retention say and is "
         "then deleted by deleting that key. Each piece is entered in a chain of records, so that "
         "nobody can change the recording afterwards without it being seen."),

    TITLE("Your rights"),
    TEXT("You receive a receipt of what was uploaded. You may see what was marked in your session "
         "and say what you think of it, and you may appeal against a decision; a person answers. "
         "You may withdraw before \"Start Proctoring\" without a recording having been made; then "
         "talk to your institution about another way to take the test."),

    TEXT("By pressing \"Submit\" you agree to being recorded in this way for this test."),
    END,
};

const struct document_words *document_words(enum document document)
{
    return document == DOCUMENT_INSTRUCTIONS ? instructions : agreement;
}

const char *document_title(enum document document)
{
    return document == DOCUMENT_INSTRUCTIONS ? "Instructions and rules"
                                             : "Agreement on the recording";
}
