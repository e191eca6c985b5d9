/* Every English text of a report. */
#include "paper/words.h"

const struct words words_en = {
    .contents = "Contents",
    .page = "Page {a} of {b}",
    .program = "Noticed by the program",
    .person = "Said by a person",
    .candidate = "Said by the candidate",
    .title = "Report of a proctored session",
    .exam_title = "Summary of a proctored exam",
    .recordings_title = "Proctoring report",
    .state_of = "State of {a}, record {b} of the evidence. All times are UTC.",
    .state_gone = "The evidence of this session has been deleted. All times are UTC.",
    .foot_exam = "Counted from what is known now. All times are UTC.",
    .machine_words = "",
    .yes = "yes",
    .no = "no",
    .none = "none",
    .unknown = "not known",
    .not_yet = "not yet",

    .summary = "Summary",
    .what_it_is =
        "A flag says what a program measured, and when. It is never a verdict: only people decide, "
        "after they looked at the recording. What the program noticed stands in dashed frames; "
        "what a person said stands in italics behind a solid bar; what the candidate said behind "
        "a double bar. Each is named in words, too.",
    .preliminary =
        "Preliminary. The session, its upload or its analysis has not ended: more may be "
        "found, and what is said here may change.",
    .blind =
        "This exam asks for two people who decide without each other's words. Until both have, a "
        "report holds those of its reader alone: decisions, judgements and notes of others "
        "are left out.",
    .recordings_gone = "The recordings of this session have been deleted.",
    .name = "Candidate",
    .exam = "Exam",
    .kind = "Kind",
    .practice = "practice test",
    .real_exam = "exam",
    .session_id = "Session",
    .began = "Recording began",
    .exam_began = "Exam began",
    .ended = "Handed in",
    .lasted = "Duration",
    .session_state = "State",
    .analysis = "Analysis",
    .holds = "Decision that holds",
    .undecided = "Undecided: nobody has decided on this session.",
    .counts = "What was found, and how much of it people have judged",
    .count_of = "Count of",
    .count = "Number",
    .high = "Incidents, high severity",
    .medium = "Incidents, medium severity",
    .low = "Incidents, low severity",
    .flags_count = "Flags in these incidents",
    .judged_count = "Incidents that a person has judged",
    .remarks_count = "Remarks of the candidate",

    .timeline = "Timeline",
    .timeline_words = "From {a} to {b}. The sections below tell of each flag and gap in words.",
    .timeline_key =
        "Milestones: {a}. Bars: what was recorded; dashed red frames: missing while the exam went "
        "on. Below, a line for each rule: the higher a mark, the more severe "
        "the flag (low, medium, high).",
    .milestones = "Milestones",
    .gap = "not recorded",

    .incidents = "Incidents",
    .incidents_intro = "Flags that overlap or follow each other closely are one incident, which a "
                       "person judges as a whole.",
    .no_incidents = "No flags: the program noticed nothing that the rules of this exam ask for.",
    .no_incidents_yet = "No flags so far. The analysis has not ended.",
    .incident = "Incident {a}: {b}",
    .incidents_more = "{a} more flags are not printed here. The review page shows all of them.",
    .when = "When",
    .measured = "Measured",
    .confidence = "Confidence",
    .confidence_value = "{a} % of the looks in this time show it",
    .raised = "Rule",
    .raised_value = "raised after {a} s",
    .raised_threshold = "raised after {a} s; threshold {b}",
    .recording = "Recording",
    .in_recording = "{a}, from {b}",
    .no_recording = "of the session as a whole",
    .picture_alt = "Still of the recording: {a}, {b}",
    .no_picture = "no picture",
    .picture_gone = "The picture was deleted",
    .picture_altered = "The picture cannot be shown: its bytes are damaged or were altered",
    .picture_left_out = "Not printed: this report has reached its size. The review page shows it",
    .going_on = "goes on",
    .not_judged = "No person has judged this incident.",
    .by = "{a}, {b}",
    .remark = "Remark to: {a}",

    .decisions = "What people decided",
    .decision_holds = "{a} (holds)",
    .decision_earlier = "{a} (changed later)",
    .decision_not = "{a} (does not hold)",
    .settled_between = "Settled between two: {a}",
    .after_appeal = "After an appeal: {a}",
    .decided = "A decision holds. Below all that were made, the newest first.",
    .second_waits = "Undecided: one person has decided, and a second is to look before it counts.",
    .second_differs = "Undecided: two reviewers differ. It counts once it is settled.",
    .note_of = "Note",

    .appeal = "Result and appeal",
    .not_released = "The result has not been released to the candidate.",
    .released = "Told to the candidate as: {a}",
    .released_by = "Released by {a}, {b}",
    .appeal_until = "Appeal possible until {a}",
    .no_appeal = "The terms of this exam have no appeal.",
    .appeal_none = "The candidate has not appealed.",
    .appeal_made = "Appeal of {a}",
    .appeal_waits = "The appeal waits for its answer.",
    .appeal_answer = "Answer to the appeal. Decision that holds from then on: {a}",

    .identity = "Identity",
    .identity_none = "No identity profile is kept of this candidate.",
    .profile_state = "Profile",
    .profile_name = "Name that was compared",
    .face_score = "Likeness of the faces",
    .face_score_value = "{a} (face scan and photo ID; 0.60 and more is the same person)",
    .name_score = "Name on the document",
    .name_score_value = "{a} of 1.00 as in the account",
    .not_compared = "not compared",
    .profile_until = "Profile valid until",
    .reasons = "What a person should look at",
    .identity_events = "Checks of identity in this session",

    .checks = "System check",
    .checks_intro = "What the candidate's browser and desktop app said of their computer before "
                    "the start. These are claims of that computer.",
    .check_point = "Point",
    .check_state = "State",
    .check_time = "Checked",
    .check_detail = "What was said",
    .overridden = "Let pass by {a}: {b}",

    .live = "While the exam went on",
    .live_none = "No member of staff acted on this session.",
    .act = "Act",
    .time = "Time",
    .who = "Who",
    .reason = "Reason or words",
    .warning_text = "Warning",
    .acknowledged = "read {a}",
    .not_acknowledged = "not acknowledged",

    .events = "Events",
    .events_intro = "What happened, as the server recorded it. What browser and desktop app report "
                    "is a claim of the candidate's computer. Saved answers, looks at recordings "
                    "and what stands in other sections are left out.",
    .vouches =
        {
            [VOUCH_NOT_ASKED - 1] = "Not vouched for: the plugin has not spoken with the app; the "
                                    "candidate need not allow it to.",
            [VOUCH_NOT_REACHED - 1] =
                "Not vouched for: the plugin could not reach the app on this computer.",
            [VOUCH_ONE_SIDED - 1] =
                "The plugin alone vouched: the app has not told that it was asked.",
            [VOUCH_DIFFERS - 1] = "Plugin and app do not say the same, or the app that the plugin "
                                  "reached is of another session; the events tell what each said.",
            [VOUCH_AGREED - 1] =
                "Plugin and app vouched for each other: they spoke with each other on "
                "one computer.",
        },
    .events_none = "No event is kept of this session.",
    .events_more = "{a} more events are not printed here. The review page shows all of them.",
    .event = "Event",
    .detail = "Detail",

    .recordings = "Recordings",
    .recordings_none = "Nothing was recorded.",
    .from = "From",
    .length = "Length",
    .bytes = "Bytes",
    .sha256 = "SHA-256",
    .gaps = "Missing while the exam went on",
    .gaps_none = "None of one second or more.",
    .gaps_unknown = "Cannot be told before every recording has been analysed.",
    .problem = "Could not be analysed",

    .rules = "Rules and accommodations",
    .policy_name = "Policy",
    .permitted = "Permitted",
    .accommodations = "Accommodations of this candidate",
    .accommodations_none = "none",
    .rule = "Rule",
    .applied = "Applied",
    .severity = "Severity",
    .after = "Raised after",
    .threshold = "Threshold",
    .seconds = "{a} s",

    .documents = "Documents accepted",
    .documents_none = "No acceptance of a document is kept.",
    .document = "Document",
    .version = "Version",
    .accepted = "Accepted",

    .evidence = "Evidence, versions and signature",
    .program_version = "Program",
    .policy_hash = "Policy, SHA-256",
    .models = "Model {a}",
    .isa = "Instruction set",
    .receipt_hash = "Candidate's receipt, SHA-256",
    .report_hash = "Signed findings, SHA-256",
    .chain_records = "Records of evidence",
    .chain_head = "Hash of the last of them",
    .chain = "Hash chain",
    .chain_good = "walked from its first record: nothing was changed",
    .chain_bad = "BROKEN: {a}. This report cannot be relied on before that is explained.",
    .key = "Public key of the deployment",
    .how_to_check = "How to check this report",
    .how_to_check_text =
        "Download the signature beside this report. Get the public key from the institution "
        "itself, "
        "not from who gave you this file. Then: proctortrack verify --key KEY --signature "
        "SIGNATURE "
        "REPORT. One changed byte, and it says so. An archive of the session's evidence "
        "(proctortrack export) holds every record; the record of the number above must have the "
        "hash above.",

    .exam_intro = "Counts of all sessions of this exam. No candidate is named. What the program "
                  "noticed is no verdict; how often people agreed is told below.",
    .sessions = "Sessions",
    .sessions_all = "All sessions",
    .by_state = "Sessions by state",
    .by_decision = "Sessions by decision of a person",
    .item = "What",
    .open_reviews = "Handed in and undecided",
    .open_appeals = "Appeals that wait for an answer",
    .found = "What the program noticed",
    .found_none = "The program has noticed nothing so far.",
    .first_rule = "Incidents by the rule of their first flag; flags of each rule",
    .flags = "Flags",
    .judgements = "What people said of the incidents",
    .judgements_intro =
        "By the rule of an incident's first flag. The rate of false flags is the part of "
        "judgements \"does not break the rule\" among those that say whether it does; \"cannot "
        "tell\" "
        "counts in neither. The interval (Wilson, 95 %) says how far a few judgements reach.",
    .judgements_none = "No incident of this exam has been judged yet.",
    .breaks = "Breaks the rule",
    .breaks_not = "Does not",
    .cannot_tell = "Cannot tell",
    .false_rate = "False flags",
    .of_judged = "{a} of {b}",
    .interval = "95 % interval",
    .deep_left_out = "Incidents by rule are left out: there are too many sessions to count them "
                     "here. Flags are counted of all.",
    .judged_by = "Judged by the policy \xe2\x80\x9c{a}\xe2\x80\x9d",
    .never_a_verdict =
        "A flag says what a program measured and when. It is never a verdict: a person "
        "decides.",
    .flags_as_incidents = "Flags: {a}, to be looked at as incidents: {b}.",
    .pictures_count = "Pictures",
    .damaged = "Damaged pieces",
    .jumps = "Jumps in time, mended",
    .model = "Models",
    .no_flags = "No flags: no rule of this policy was broken.",
    .policy_whole = "The policy in full",
    .outcome = {"Undecided", "Passed", "Violation", "Suspicious", "Not enough evidence"},
    .answer = {"not judged", "Breaks the rule", "Does not break the rule", "Cannot tell"},
    .severities = {"", "low", "medium", "high"},
    .points = {"", "Camera", "Microphone", "Displays", "Network", "Computer", "Programs",
               "Browser"},
    .check_states = {"not checked", "passed", "failed", "let pass by staff"},
    .streams = {"", "File", "Camera and microphone", "Screen", "Desktop app"},
    .states = {"", "opened", "documents accepted", "recording", "in the exam", "handed in",
               "uploaded", "analysed and reported"},
    .analyses = {"nothing to analyse", "waits", "goes on", "ended", "failed"},
    .profile_states = {"not whole", "waits for a person", "approved", "rejected", "expired"},
    .document_names = {"", "Instructions and rules", "Agreement"},
};

const struct words_kind words_acts_en[] = {
    {"check-overridden", "Let a point of the system check pass"},
    {"retake-granted", "Asked for another scan"},
    {"time-added", "Gave time"},
    {"rejudged", "Looked at the flags of another policy"},
    {"conversation-closed", "Closed the chat"},
    {"candidate-warned", "Warned the candidate"},
    {"exam-paused", "Paused the exam"},
    {"exam-resumed", "Let the exam go on"},
    {"exam-ended", "Ended the exam"},
    {"note-taken", "Wrote a note"},
    {"hand-lowered", "Lowered the hand"},
    {NULL, NULL},
};
