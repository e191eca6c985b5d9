/* Alle deutschen Texte eines Berichts. */
#include "paper/words.h"

const struct words words_de = {
    .contents = "Inhalt",
    .page = "Seite {a} von {b}",
    .program = "Vom Programm bemerkt",
    .person = "Von einem Menschen gesagt",
    .candidate = "Vom Prüfling gesagt",
    .title = "Bericht über eine beaufsichtigte Sitzung",
    .exam_title = "Übersicht über eine beaufsichtigte Prüfung",
    .recordings_title = "Bericht der Analyse",
    .state_of = "Stand: {a}, Eintrag {b} der Beweiskette. Alle Zeiten in UTC.",
    .state_gone = "Die Beweiskette dieser Sitzung ist gelöscht. Alle Zeiten in UTC.",
    .foot_exam = "Gezählt nach dem, was jetzt bekannt ist. Alle Zeiten in UTC.",
    .machine_words =
        "Was das Programm misst, beschreibt es auf Englisch; diese Angaben stehen hier "
        "im Wortlaut.",
    .yes = "ja",
    .no = "nein",
    .none = "keine",
    .unknown = "nicht bekannt",
    .not_yet = "noch nicht",

    .summary = "Zusammenfassung",
    .what_it_is =
        "Ein Hinweis sagt, was ein Programm gemessen hat und wann. Er ist nie ein Urteil: Es "
        "entscheiden nur Menschen, nachdem sie die Aufzeichnung angesehen haben. Was das Programm "
        "bemerkt hat, steht in gestrichelten Rahmen; was ein Mensch gesagt hat, kursiv hinter "
        "einem Balken; was der Prüfling gesagt hat, hinter einem doppelten Balken. Jedes ist auch "
        "in "
        "Worten benannt.",
    .preliminary =
        "Vorläufig. Die Sitzung, ihre Übertragung oder ihre Analyse ist nicht beendet: Es "
        "kann mehr gefunden werden, und was hier steht, kann sich ändern.",
    .blind = "Diese Prüfung verlangt zwei Menschen, die entscheiden, ohne die Worte des anderen zu "
             "kennen. Bis beide entschieden haben, enthält ein Bericht nur die seines Lesers: "
             "Entscheidungen, Einschätzungen und Notizen anderer sind weggelassen.",
    .recordings_gone = "Die Aufzeichnungen dieser Sitzung sind gelöscht.",
    .name = "Prüfling",
    .exam = "Prüfung",
    .kind = "Art",
    .practice = "Übungstest",
    .real_exam = "Prüfung",
    .session_id = "Sitzung",
    .began = "Aufzeichnung begann",
    .exam_began = "Prüfung begann",
    .ended = "Abgegeben",
    .lasted = "Dauer",
    .session_state = "Stand",
    .analysis = "Analyse",
    .holds = "Geltende Entscheidung",
    .undecided = "Unentschieden: Über diese Sitzung hat niemand entschieden.",
    .counts = "Was gefunden wurde, und wie viel davon Menschen eingeschätzt haben",
    .count_of = "Was",
    .count = "Anzahl",
    .high = "Vorfälle, hoher Schweregrad",
    .medium = "Vorfälle, mittlerer Schweregrad",
    .low = "Vorfälle, niedriger Schweregrad",
    .flags_count = "Hinweise in diesen Vorfällen",
    .judged_count = "Vorfälle, die ein Mensch eingeschätzt hat",
    .remarks_count = "Anmerkungen des Prüflings",

    .timeline = "Zeitlinie",
    .timeline_words =
        "Von {a} bis {b}. Die folgenden Abschnitte nennen jeden Hinweis und jede Lücke "
        "in Worten.",
    .timeline_key = "Wegmarken: {a}. Balken: was aufgezeichnet wurde; rote gestrichelte Rahmen: "
                    "was fehlt, während "
                    "die Prüfung lief. Darunter eine Zeile je Regel: Je höher ein Strich, "
                    "desto höher der Schweregrad des Hinweises (niedrig, mittel, hoch).",
    .milestones = "Wegmarken",
    .gap = "nicht aufgezeichnet",

    .incidents = "Vorfälle",
    .incidents_intro = "Hinweise, die sich überschneiden oder dicht aufeinander folgen, sind ein "
                       "Vorfall. Ein Mensch schätzt ihn als Ganzes ein.",
    .no_incidents =
        "Keine Hinweise: Das Programm hat nichts bemerkt, wonach die Regeln dieser Prüfung "
        "fragen.",
    .no_incidents_yet = "Bisher keine Hinweise. Die Analyse ist nicht beendet.",
    .incident = "Vorfall {a}: {b}",
    .incidents_more =
        "{a} weitere Hinweise sind hier nicht gedruckt. Die Seite der Durchsicht zeigt alle.",
    .when = "Wann",
    .measured = "Gemessen",
    .confidence = "Sicherheit",
    .confidence_value = "{a} % der Messungen in dieser Zeit zeigen es",
    .raised = "Regel",
    .raised_value = "ab {a} s",
    .raised_threshold = "ab {a} s; Schwelle {b}",
    .recording = "Aufzeichnung",
    .in_recording = "{a}, ab {b}",
    .no_recording = "zur Sitzung als Ganzes",
    .picture_alt = "Standbild der Aufzeichnung: {a}, {b}",
    .no_picture = "kein Bild",
    .picture_gone = "Das Bild ist gelöscht",
    .picture_altered =
        "Das Bild lässt sich nicht zeigen: Seine Daten sind beschädigt oder verändert",
    .picture_left_out = "Nicht gedruckt: Dieser Bericht hat seine Größe erreicht. Die Seite der "
                        "Durchsicht zeigt es",
    .going_on = "dauert an",
    .not_judged = "Kein Mensch hat diesen Vorfall eingeschätzt.",
    .by = "{a}, {b}",
    .remark = "Anmerkung zu: {a}",

    .decisions = "Was Menschen entschieden haben",
    .decision_holds = "{a} (gilt)",
    .decision_earlier = "{a} (später geändert)",
    .decision_not = "{a} (gilt nicht)",
    .settled_between = "Zwischen zweien entschieden: {a}",
    .after_appeal = "Nach einem Einspruch: {a}",
    .decided = "Eine Entscheidung gilt. Unten alle, die getroffen wurden, die neueste zuerst.",
    .second_waits =
        "Unentschieden: Ein Mensch hat entschieden; ein zweiter soll es ansehen, bevor es gilt.",
    .second_differs = "Unentschieden: Zwei sehen es verschieden. Es gilt, sobald es geklärt ist.",
    .note_of = "Notiz",

    .appeal = "Ergebnis und Einspruch",
    .not_released = "Das Ergebnis ist dem Prüfling nicht mitgeteilt.",
    .released = "Dem Prüfling mitgeteilt als: {a}",
    .released_by = "Mitgeteilt von {a}, {b}",
    .appeal_until = "Einspruch möglich bis {a}",
    .no_appeal = "Die Bedingungen dieser Prüfung sehen keinen Einspruch vor.",
    .appeal_none = "Der Prüfling hat keinen Einspruch eingelegt.",
    .appeal_made = "Einspruch vom {a}",
    .appeal_waits = "Der Einspruch wartet auf seine Antwort.",
    .appeal_answer = "Antwort auf den Einspruch. Entscheidung, die seither gilt: {a}",

    .identity = "Identität",
    .identity_none = "Von diesem Prüfling ist kein Identitätsprofil aufbewahrt.",
    .profile_state = "Profil",
    .profile_name = "Verglichener Name",
    .face_score = "Ähnlichkeit der Gesichter",
    .face_score_value = "{a} (Gesichtsscan und Ausweis; ab 0.60 dieselbe Person)",
    .name_score = "Name auf dem Ausweis",
    .name_score_value = "{a} von 1.00 wie im Konto",
    .not_compared = "nicht verglichen",
    .profile_until = "Profil gültig bis",
    .reasons = "Was ein Mensch ansehen soll",
    .identity_events = "Prüfungen der Identität in dieser Sitzung",

    .checks = "Systemprüfung",
    .checks_intro = "Was Browser und Desktop-App des Prüflings vor dem Beginn über seinen Computer "
                    "sagten. Das sind Angaben dieses Computers.",
    .check_point = "Punkt",
    .check_state = "Stand",
    .check_time = "Geprüft",
    .check_detail = "Was gesagt wurde",
    .overridden = "Zugelassen von {a}: {b}",

    .live = "Während der Prüfung",
    .live_none = "Niemand von der Aufsicht hat in dieser Sitzung etwas getan.",
    .act = "Handlung",
    .time = "Zeit",
    .who = "Wer",
    .reason = "Grund oder Worte",
    .warning_text = "Verwarnung",
    .acknowledged = "gelesen {a}",
    .not_acknowledged = "nicht bestätigt",

    .events = "Ereignisse",
    .events_intro =
        "Was geschah, wie der Server es festhielt. Was Browser und Desktop-App melden, ist "
        "eine Angabe vom Computer des Prüflings. Gespeicherte Antworten, Blicke auf "
        "Aufzeichnungen und was in anderen Abschnitten steht, sind weggelassen.",
    .vouches =
        {
            [VOUCH_NOT_ASKED - 1] =
                "Nicht verbürgt: Die Browsererweiterung sprach nicht mit der App; "
                "der Prüfling muss es nicht erlauben.",
            [VOUCH_NOT_REACHED - 1] =
                "Nicht verbürgt: Die Browsererweiterung erreichte die App auf "
                "diesem Computer nicht.",
            [VOUCH_ONE_SIDED - 1] =
                "Nur die Browsererweiterung verbürgte sich: Die App sagte nicht, "
                "dass sie gefragt wurde.",
            [VOUCH_DIFFERS - 1] =
                "Browsererweiterung und App sagen nicht dasselbe, oder die erreichte "
                "App gehört zu einer anderen Sitzung; die Ereignisse zeigen, was "
                "beide sagten.",
            [VOUCH_AGREED - 1] =
                "Browsererweiterung und App verbürgten sich füreinander: Sie sprachen "
                "auf einem Computer miteinander.",
        },
    .events_none = "Zu dieser Sitzung ist kein Ereignis aufbewahrt.",
    .events_more =
        "{a} weitere Ereignisse sind hier nicht gedruckt. Die Seite der Durchsicht zeigt alle.",
    .event = "Ereignis",
    .detail = "Einzelheiten",

    .recordings = "Aufzeichnungen",
    .recordings_none = "Es wurde nichts aufgezeichnet.",
    .from = "Ab",
    .length = "Dauer",
    .bytes = "Bytes",
    .sha256 = "SHA-256",
    .gaps = "Was fehlt, während die Prüfung lief",
    .gaps_none = "Nichts von einer Sekunde oder mehr.",
    .gaps_unknown = "Lässt sich erst sagen, wenn jede Aufzeichnung analysiert ist.",
    .problem = "Nicht analysierbar",

    .rules = "Regeln und Nachteilsausgleich",
    .policy_name = "Regelwerk",
    .permitted = "Erlaubt",
    .accommodations = "Nachteilsausgleich dieses Prüflings",
    .accommodations_none = "keiner",
    .rule = "Regel",
    .applied = "Angewandt",
    .severity = "Schweregrad",
    .after = "Hinweis ab",
    .threshold = "Schwelle",
    .seconds = "{a} s",

    .documents = "Angenommene Dokumente",
    .documents_none = "Es ist keine Zustimmung zu einem Dokument aufbewahrt.",
    .document = "Dokument",
    .version = "Fassung",
    .accepted = "Angenommen",

    .evidence = "Beweiskette, Versionen und Signatur",
    .program_version = "Programm",
    .policy_hash = "Regelwerk, SHA-256",
    .models = "Modell {a}",
    .isa = "Befehlssatz",
    .receipt_hash = "Quittung des Prüflings, SHA-256",
    .report_hash = "Signierte Befunde, SHA-256",
    .chain_records = "Einträge der Beweiskette",
    .chain_head = "Hash des letzten davon",
    .chain = "Hash-Kette",
    .chain_good = "vom ersten Eintrag an durchlaufen: Nichts wurde verändert",
    .chain_bad = "GEBROCHEN: {a}. Auf diesen Bericht ist kein Verlass, bis das geklärt ist.",
    .key = "Öffentlicher Schlüssel der Einrichtung",
    .how_to_check = "Wie dieser Bericht geprüft wird",
    .how_to_check_text = "Laden Sie die Signatur zu diesem Bericht herunter. Holen Sie den "
                         "öffentlichen Schlüssel bei der "
                         "Einrichtung selbst, nicht bei dem, der Ihnen diese Datei gab. Dann: "
                         "proctortrack verify --key "
                         "SCHLÜSSEL --signature SIGNATUR BERICHT. Ein einziges verändertes Byte, "
                         "und es wird gesagt. Ein "
                         "Archiv der Beweise (proctortrack export) enthält jeden Eintrag; der mit "
                         "der Nummer oben muss den "
                         "Hash oben haben.",

    .exam_intro =
        "Zahlen zu allen Sitzungen dieser Prüfung. Kein Prüfling wird genannt. Was das Programm "
        "bemerkt hat, ist kein Urteil; wie oft Menschen zustimmten, steht unten.",
    .sessions = "Sitzungen",
    .sessions_all = "Alle Sitzungen",
    .by_state = "Sitzungen nach Stand",
    .by_decision = "Sitzungen nach Entscheidung eines Menschen",
    .item = "Was",
    .open_reviews = "Abgegeben und unentschieden",
    .open_appeals = "Einsprüche, die auf Antwort warten",
    .found = "Was das Programm bemerkt hat",
    .found_none = "Das Programm hat bisher nichts bemerkt.",
    .first_rule = "Vorfälle nach der Regel ihres ersten Hinweises; Hinweise jeder Regel",
    .flags = "Hinweise",
    .judgements = "Was Menschen zu den Vorfällen gesagt haben",
    .judgements_intro =
        "Nach der Regel des ersten Hinweises eines Vorfalls. Der Anteil falscher Hinweise ist der "
        "Teil "
        "der Einschätzungen \"verletzt die Regel nicht\" unter denen, die ja oder nein sagen; "
        "\"lässt sich "
        "nicht sagen\" zählt in keinem. Das Intervall (Wilson, 95 %) sagt, wie weit wenige "
        "Einschätzungen reichen.",
    .judgements_none = "Noch ist kein Vorfall dieser Prüfung eingeschätzt.",
    .breaks = "Verletzt die Regel",
    .breaks_not = "Verletzt sie nicht",
    .cannot_tell = "Lässt sich nicht sagen",
    .false_rate = "Falsche Hinweise",
    .of_judged = "{a} von {b}",
    .interval = "95-%-Intervall",
    .deep_left_out =
        "Vorfälle nach Regel sind weggelassen: Es sind zu viele Sitzungen, um sie hier zu "
        "zählen. Hinweise sind von allen gezählt.",
    .judged_by = "Beurteilt nach dem Regelwerk \xe2\x80\x9e{a}\xe2\x80\x9c",
    .never_a_verdict =
        "Ein Hinweis sagt, was ein Programm gemessen hat und wann. Er ist nie ein Urteil: "
        "Es entscheidet ein Mensch.",
    .flags_as_incidents = "Hinweise: {a}, anzusehen als Vorfälle: {b}.",
    .pictures_count = "Bilder",
    .damaged = "Beschädigte Stücke",
    .jumps = "Zeitsprünge, ausgeglichen",
    .model = "Modelle",
    .no_flags = "Keine Hinweise: Keine Regel dieses Regelwerks wurde verletzt.",
    .policy_whole = "Das ganze Regelwerk",
    .outcome = {"Unentschieden", "Bestanden", "Regelverstoß", "Zweifelhaft",
                "Zu wenig, um zu entscheiden"},
    .answer = {"nicht eingeschätzt", "Verletzt die Regel", "Verletzt die Regel nicht",
               "Lässt sich nicht sagen"},
    .severities = {"", "niedrig", "mittel", "hoch"},
    .points = {"", "Kamera", "Mikrofon", "Bildschirme", "Netz", "Computer", "Programme", "Browser"},
    .check_states = {"nicht geprüft", "bestanden", "nicht bestanden",
                     "von der Aufsicht zugelassen"},
    .streams = {"", "Datei", "Kamera und Mikrofon", "Bildschirm", "Desktop-App"},
    .states = {"", "geöffnet", "Dokumente angenommen", "wird aufgezeichnet", "in der Prüfung",
               "abgegeben", "übertragen", "analysiert und berichtet"},
    .analyses = {"nichts zu analysieren", "wartet", "läuft", "beendet", "gescheitert"},
    .profile_states = {"nicht vollständig", "wartet auf einen Menschen", "anerkannt", "abgelehnt",
                       "abgelaufen"},
    .document_names = {"", "Anleitung und Regeln", "Einwilligung"},
};

const struct words_kind words_acts_de[] = {
    {"check-overridden", "Ließ einen Punkt der Systemprüfung zu"},
    {"retake-granted", "Bat um einen neuen Scan"},
    {"time-added", "Gab Zeit"},
    {"rejudged", "Sah die Hinweise nach einem anderen Regelwerk an"},
    {"conversation-closed", "Schloss den Chat"},
    {"candidate-warned", "Verwarnte den Prüfling"},
    {"exam-paused", "Hielt die Prüfung an"},
    {"exam-resumed", "Ließ die Prüfung weitergehen"},
    {"exam-ended", "Beendete die Prüfung"},
    {"note-taken", "Schrieb eine Notiz"},
    {"hand-lowered", "Senkte die Hand"},
    {NULL, NULL},
};
