/* The texts. Whoever changes one gives it a new version: a session keeps the version and the hash
 * of what its candidate accepted. */
#include "proctor/document.h"

#include "crypto/hash.h"

#include <string.h>

static const char *const instructions[] = {
    "Please read everything on this page before you go on. It says how your test will go and which "
    "rules hold while you take it.",

    "How the test goes",
    "1. You read these instructions and the agreement, and accept both.",
    "2. Your camera and your microphone are checked: you see yourself as they will record you.",
    "3. You press \"Start Proctoring\". From then on camera and microphone are recorded, and the "
    "page "
    "shows it all the time.",
    "4. You press \"Start Exam\". The questions appear and the clock starts. The clock of the "
    "server "
    "counts, not the one of your computer.",
    "5. Each answer is saved as you give it; the page says \"Saved\" with the time. You may change "
    "an "
    "answer until you finish.",
    "6. You press \"Finish Exam\" and then \"Home\". The test is handed in and the recording ends.",
    "7. What was recorded and has not been sent yet is uploaded. Wait until it says 100 %; then "
    "you "
    "are given a receipt.",
    "If your connection breaks, stay on the page and go on. Answers and recording are kept on your "
    "computer and sent as soon as the connection is back. If the page closes, open the test again "
    "and "
    "go on where you were; the clock keeps running.",

    "Test environment rules",
    "1. No other person may be in the room, or come in, while you take the test.",
    "2. The light must be as bright as daylight. Best is a light from the ceiling. If there is "
    "none, "
    "the light must not come from behind you.",
    "3. Sit at a clean desk or table.",
    "4. There must be no writing on the desk or on the walls around you.",
    "5. The room must be as quiet as possible. Music and television are not permitted.",
    "6. Unless the rules of your exam expressly permit them, these things must not be on your desk "
    "or "
    "be used: books, textbooks, notebooks, paper, pens, calculators, phones.",

    "The computer you use to take the test",
    "1. The computer must have one display only. If a monitor is connected to your laptop, "
    "disconnect "
    "it and use the screen of the laptop.",
    "2. Close all other programs and windows before you begin.",
    "3. Do not use: programs such as Excel, Word or PowerPoint; programs to communicate, such as "
    "Skype; any page other than the window of the exam, other pages of your course included.",

    "Your behavior",
    "1. Where your exam asks for it, you verify your identity with a photo ID that has your name "
    "and "
    "your photo on the same side. The name must be the full name of your account.",
    "2. Dress as you would in a public place.",
    "3. Do not use headphones, earbuds or any other listening equipment. A hearing aid is not "
    "meant by "
    "this.",
    "4. Do not communicate with any other person by any means.",
    "5. Do not use a phone for any reason.",
    "6. Do not leave the room during the test, unless the rules of your exam expressly permit it.",

    "If a rule does not fit you, for example because of your health or of help that you need, ask "
    "your "
    "institution before the test: rules can be switched off for you.",
};

static const char *const agreement[] = {
    "This is what you agree to when you take this test under supervision.",

    "What is recorded",
    "Pictures from your camera and sound from your microphone, from \"Start Proctoring\" until the "
    "test "
    "is handed in. Also recorded are when you started and finished, when each answer was saved, "
    "when "
    "the connection was lost and came back, and when the page of the test was hidden.",

    "What the computer does with it",
    "A program looks through the pictures for moments that the rules of the exam name: nobody in "
    "view, "
    "several people in view, too dark to see, the camera covered or its picture standing still. It "
    "marks such a moment with its time and with the numbers behind it. It does not recognise "
    "feelings "
    "and does not decide anything.",

    "No verdict by a machine",
    "A mark is a question, not an answer. A person of your institution looks at it and decides; "
    "\"there "
    "is not enough evidence\" is one of the possible outcomes.",

    "Who sees it",
    "The instructors, proctors and administrators of your institution who are responsible for this "
    "exam. Each time somebody looks at your recording, that is put on record. It "
    "is not "
    "sold, not published, and not used to train anything.",

    "How it is kept",
    "The recording is encrypted with a key of its own for your session, on the server of your "
    "institution. It is kept for as long as your institution's rules of retention say and is then "
    "deleted by deleting that key. Each piece is entered in a chain of records, so that nobody can "
    "change the recording afterwards without it being seen.",

    "Your rights",
    "You receive a receipt of what was uploaded. You may see what was marked in your session and "
    "say "
    "what you think of it, and you may appeal against a decision; a person answers. You may "
    "withdraw "
    "before \"Start Proctoring\" without anything having been recorded; then talk to your "
    "institution "
    "about another way to take the test.",

    "By pressing \"Submit\" you agree to being recorded in this way for this test.",
};

static const struct document_text texts[DOCUMENT_COUNT] = {
    [DOCUMENT_INSTRUCTIONS] = {"instructions", "2026-11", "Instructions and rules", instructions,
                               ARRAY_LEN(instructions)},
    [DOCUMENT_AGREEMENT] = {"agreement", "2026-11", "Agreement on the recording", agreement,
                            ARRAY_LEN(agreement)},
};

const struct document_text *document_text(enum document document) { return &texts[document]; }

enum document document_from_name(struct str name)
{
    for (int i = DOCUMENT_NONE + 1; i < DOCUMENT_COUNT; i++)
        if (str_eq(name, str_from(texts[i].name)))
            return (enum document)i;
    return DOCUMENT_NONE;
}

bool document_hash(enum document document, char ret_hex[STR_HEX_MAX(32)], struct error *err)
{
    CLEANUP(hash_destroyp) struct hash *h = NULL;
    unsigned char digest[SHA256_SIZE];
    const struct document_text *t = &texts[document];
    if (!hash_create(HASH_SHA256, &h, err))
        return false;
    for (size_t i = 0; i < t->len; i++) {
        if (i)
            hash_add(h, STR("\n"));
        hash_add(h, str_from(t->paragraphs[i]));
    }
    hash_finish(h, digest);
    str_to_hex(str_bytes(digest, sizeof digest), ret_hex);
    return true;
}
