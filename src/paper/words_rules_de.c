/* Die Regeln auf Deutsch; der englische Wortlaut steht bei den Regeln (analysis/rule_*.c). */
#include "paper/words.h"

const struct words_rule words_rules_de[RULE_COUNT] = {
    [RULE_NO_FACE] =
        {"Niemand im Bild",
         "Es war kein Gesicht zu finden, obwohl das Bild hell genug dafür war. Der Prüfling "
         "kann gegangen sein, sich weggedreht oder aus dem Bild gelehnt haben."},
    [RULE_SEVERAL_FACES] =
        {"Mehr als eine Person im Bild",
         "Es wurde mehr als ein Gesicht zugleich gefunden. Das kann ein Mensch im Raum "
         "sein, aber auch ein Bild an der Wand oder ein Spiegel."},
    [RULE_TOO_DARK] =
        {"Zu dunkel",
         "Das Bild war so dunkel, dass Gesichter darin nicht sicher zu finden sind. Meist ist "
         "eine Lampe aus oder ein Bildschirm das einzige Licht."},
    [RULE_CAMERA_COVERED] =
        {"Kamera verdeckt",
         "Eine gleichmäßige Fläche füllte das ganze Bild, wie wenn ein Finger, ein "
         "Aufkleber oder die Klappe vor der Linse ist. Ein ganz dunkler Raum oder eine "
         "leere Wand kann genauso aussehen."},
    [RULE_CAMERA_FROZEN] =
        {"Das Bild steht still",
         "Die Zeit lief weiter, aber das Bild änderte sich nicht. Eine hängende Kamera "
         "oder ein hängender Browser tut das, und auch ein Standbild statt der Kamera."},
    [RULE_CAMERA_LOST] =
        {"Kein Bild der Kamera",
         "Eine Zeit lang wurde kein Bild der Kamera aufgezeichnet; über diese Zeit lässt "
         "sich nichts sagen. Die Kamera war abgezogen oder von einem anderen Programm "
         "belegt, die Seite geschlossen, oder der Computer schlief."},
    [RULE_PHONE] =
        {"Telefon im Bild",
         "Es war etwas zu sehen, das wie ein Mobiltelefon aussieht. Eine Fernbedienung, ein "
         "Taschenrechner oder ein kleines Tablet kann genauso aussehen."},
    [RULE_BOOK] =
        {"Buch im Bild",
         "Es war ein Buch, ein Heft oder eine Zeitschrift zu sehen, was vielleicht nicht erlaubt "
         "ist. Offene Bücher und einzelne Blätter werden meist nicht gefunden: Dass keines "
         "gemeldet ist, sagt wenig."},
    [RULE_LAPTOP] =
        {"Laptop im Bild",
         "Die Kamera sah einen Laptop. Das kann ein zweiter Computer sein oder der Rand des "
         "eigenen, wenn die Kamera abseits steht."},
    [RULE_SECOND_SCREEN] =
        {"Weiterer Bildschirm im Bild",
         "Es war ein Bildschirm oder ein Fernseher zu sehen. Ob er an ist und was er "
         "zeigt, sagt vielleicht das Bild neben dem Hinweis."},
    [RULE_SEVERAL_PEOPLE] =
        {"Weitere Person im Bild, ohne Gesicht",
         "Es war mehr als ein Körper zu sehen, aber nicht so viele Gesichter: jemand von "
         "hinten, abgewandt oder vom Bildrand abgeschnitten. Auch ein Bild an der Wand, "
         "ein Spiegel oder ein Fenster kann einen zeigen."},
    [RULE_IDENTITY_MISMATCH] =
        {"Nicht das erfasste Gesicht",
         "Das Gesicht im Bild ist den erfassten Bildern weniger ähnlich als zwei "
         "Bilder derselben Person. Ein altes oder schlechtes Bild, eine Maske oder ein "
         "Bart kann das bewirken: Vergleichen Sie die Bilder selbst."},
    [RULE_PERSON_CHANGED] =
        {"Eine andere Person als zuvor",
         "Das Gesicht im Bild ist ein anderes als am Anfang dieser Aufzeichnung: Jemand "
         "anderes kann den Platz eingenommen haben."},
    [RULE_LOOKING_AWAY] =
        {"Kopf abgewandt",
         "Der Kopf war zur Seite oder nach oben gedreht, gemessen daran, wie der Prüfling "
         "ihn sonst hält, lange oder immer wieder. Menschen denken nach, strecken sich und "
         "sehen aus dem Fenster: Das sagt, wohin der Kopf zeigte, nicht warum."},
    [RULE_FACE_TURNED] =
        {"Gesicht nur zum Teil zu sehen",
         "Ein Gesicht war im Bild, aber weit zur Seite gedreht, teils verdeckt oder vom "
         "Bildrand abgeschnitten, sodass sich wenig darüber sagen lässt."},
    [RULE_EYES_CLOSED] =
        {"Augen geschlossen",
         "Die Augen waren lange geschlossen oder fast, bei aufrechtem Kopf: Jemand schläft, "
         "ruht sich aus oder sieht weit nach unten."},
    [RULE_GAZE_AWAY] =
        {"Augen abgewandt",
         "Die Augen sahen zur Seite, der Kopf aber nicht, gemessen an dem, was für diesen "
         "Prüfling üblich ist. Ein großer oder zweiter Bildschirm und Nachdenken sehen "
         "genauso aus."},
    [RULE_BACKLIT] =
        {"Licht von hinten",
         "Das Gesicht lag im eigenen Schatten vor etwas Hellem, meist einem Fenster: Wer es ist "
         "und was er tut, ist schwer zu sehen. Eine Sache des Raums."},
    [RULE_OVEREXPOSED] =
        {"Zu hell",
         "Das Gesicht oder der größte Teil des Bildes war nur weiß. Meist scheint eine Lampe "
         "oder die Sonne in die Kamera oder auf das Gesicht."},
    [RULE_BLURRED] =
        {"Bild unscharf",
         "Keine Kante im Bild war scharf: eine Linse, die schmutzig ist oder nicht scharf "
         "stellt, oder etwas halb Durchsichtiges davor."},
    [RULE_CAMERA_LOOPED] = {"Aufzeichnung in Schleife",
                            "Dieselbe Folge von Bildern kam wieder und wieder, genau gleich: eine "
                            "Aufzeichnung, die statt der Kamera abgespielt wird."},
    [RULE_CAMERA_STILL] =
        {"Standbild statt eines Gesichts",
         "Das Gesicht bewegte sich nur wie ein flaches Bild: kein Lidschlag, kein Blick, "
         "keine Regung der Lippen. Ein Foto oder Telefon vor der Kamera oder eine virtuelle "
         "Kamera tut das; wer reglos starrt, eine Weile auch."},
    [RULE_CAMERA_DRAWN] =
        {"Gezeichnetes Bild statt der Kamera",
         "Niemand war im Bild, und das Bild war gezeichnet, nicht gesehen: die Karte oder "
         "das Zeichen einer virtuellen Kamera, Farbbalken, ein geteiltes Fenster. Der "
         "Schutzschalter mancher Kameras zeigt auch so eine Karte."},
    [RULE_SOUND_SPEECH] =
        {"Jemand spricht",
         "Eine Zeit lang war eine Stimme zu hören. Oft liest ein Prüfling eine Frage laut: "
         "Hören Sie, ob jemand antwortet."},
    [RULE_SOUND_MUSIC] =
        {"Musik oder Fernsehen",
         "Töne, die gehalten werden und neu beginnen, wie in Musik. Ein Fernseher oder Radio "
         "im Nebenraum klingt auch so."},
    [RULE_SOUND_LOUD] =
        {"Lautes Geräusch",
         "Ein Geräusch, das dauerte und weder Stimme noch Musik war, laut genug, um beides zu "
         "verdecken: Verkehr, Regen, eine Maschine, ein klingelndes Telefon."},
    [RULE_MICROPHONE_MUTED] =
        {"Mikrofon hört nichts",
         "Der Ton war leer oder nur Netzbrummen, oder es kam keiner mehr. Ein "
         "stummgeschaltetes, abgezogenes oder defektes Mikrofon tut das; ein gutes hört "
         "immer den Raum."},
    [RULE_SCREEN_BLACK] =
        {"Geteilter Bildschirm ist schwarz",
         "Die Aufzeichnung des Bildschirms zeigt nur Schwarz. Ein schlafender oder "
         "gesperrter Bildschirm tut das, und auch ein Fenster, das Aufzeichnung verbietet."},
    [RULE_SCREEN_FROZEN] =
        {"Geteilter Bildschirm steht still",
         "Eine Uhr auf dem Bildschirm lief und stand dann still, während die Zeit "
         "weiterlief. Ein hängender Computer tut das, und auch ein Standbild statt des "
         "Bildschirms."},
    [RULE_SCREEN_LOST] =
        {"Kein Bild vom Bildschirm",
         "Eine Zeit lang wurde kein Bild vom Bildschirm aufgezeichnet; über diese Zeit lässt "
         "sich nichts sagen. Das Teilen wurde beendet, oder der Computer war überlastet."},
    [RULE_SCREEN_CHANGED] =
        {"Etwas anderes auf dem Bildschirm",
         "Ein großer Teil des Bildschirms wurde auf einmal etwas anderes: ein anderes "
         "Fenster, Programm oder eine andere Seite. Das Bild zeigt, was es danach war."},
    [RULE_SCREEN_FORBIDDEN] =
        {"Nicht erlaubtes Programm oder Seite",
         "Wörter auf dem Bildschirm sind die von etwas, das diese Prüfung nicht erlaubt. "
         "Sie wurden aus dem Bild gelesen: Sehen Sie es an, denn ein Text kann auch nur "
         "davon sprechen."},
    [RULE_PROGRAM_FORBIDDEN] =
        {"Ein nicht erlaubtes Programm lief",
         "Die App sah ein Programm laufen, das diese Prüfung nicht erlaubt. Sie sagt, "
         "dass es lief, nicht dass es benutzt wurde: Sehen Sie die Aufzeichnungen des "
         "Bildschirms an."},
    [RULE_SECOND_DISPLAY] =
        {"Mehr als ein Bildschirm",
         "Am Computer war mehr als ein Bildschirm: ein weiterer Monitor, ein Projektor "
         "oder einer über Funk. Wo die App läuft, hat sie jeden aufgezeichnet."},
    [RULE_HEADPHONES] =
        {"Kopfhörer in Gebrauch",
         "Der Ton ging an etwas, das man an den Ohren trägt, nach dem, was das Gerät von sich "
         "sagt. Es gibt Lautsprecher mit so einem Namen."},
    [RULE_REMOTE_SESSION] =
        {"Fernsitzung",
         "Es gab Zeichen, dass dieser Bildschirm auf einem anderen Computer gezeigt wurde; "
         "jemand anderes kann ihn gesehen oder bedient haben. Manche Hochschulen arbeiten "
         "mit Absicht so."},
    [RULE_VIRTUAL_MACHINE] =
        {"Virtuelle Maschine",
         "Es gab Zeichen, dass die Prüfung in einer virtuellen Maschine lief: Was "
         "außerhalb geschieht, sieht die App nicht. Windows selbst gibt mit manchen "
         "Sicherheitseinstellungen so ein Zeichen."},
    [RULE_OVERLAY_WINDOW] =
        {"Fenster über allen anderen",
         "Ein Fenster lag über allen anderen, ohne Klicks anzunehmen, oder war von "
         "Aufzeichnungen ausgeschlossen. Werkzeuge, die Antworten einflüstern, tun das; "
         "einige harmlose auch, die eine Uhr oder einen großen Zeiger zeigen."},
    [RULE_OTHER_SITE] =
        {"Eine andere Seite im Browser",
         "Das vordere Fenster war das eines Browsers, und was es zeigte, war nicht die "
         "Prüfung. Ein Titel sind die eigenen Worte der Seite: Sehen Sie die Aufzeichnung des "
         "Bildschirms an."},
    [RULE_APP_LOST] =
        {"Von der App war nichts zu hören",
         "Länger als die Prüfung erlaubt hörte der Server nichts von der Desktop-App: Sie wurde "
         "beendet, oder das Netz war weg. Was sie inzwischen aufzeichnete, kommt danach an."},
    [RULE_TAB_OPENED] =
        {"Ein Tab oder Fenster wurde geöffnet",
         "Neben der Prüfung wurde im Browser ein Tab oder Fenster geöffnet. Wo die Prüfung das "
         "sperrt, wurde es sofort geschlossen, und nichts davon war zu sehen."},
    [RULE_FOCUS_LOST] =
        {"Der Browser war nicht vorn",
         "Ein anderes Programm hatte die Tastatur: eines des Prüflings, aber auch eine Meldung "
         "des Systems oder ein Bildschirmleser. Sehen Sie die Aufzeichnung des Bildschirms an."},
    [RULE_PASTE] =
        {"Text wurde eingefügt",
         "In die Prüfung wurde Text eingefügt, der nicht aus ihr kopiert war. Was es war, steht in "
         "den Antworten; woher es kam, weiß niemand."},
    [RULE_EXAM_COPIED] =
        {"Die Prüfung wurde kopiert oder gedruckt",
         "Text der Prüfungsseite wurde kopiert oder ausgeschnitten, oder die Seite wurde "
         "gedruckt. Wer einen Satz in einer Antwort verschiebt, tut das auch."},
    [RULE_DOWNLOAD] = {"Etwas wurde heruntergeladen",
                       "Der Browser begann einen Download, der nicht von der Prüfung kam."},
    [RULE_EXTENSION_RISK] =
        {"Eine andere Erweiterung konnte die Prüfung sehen",
         "Eine Erweiterung war an, die jede Seite lesen oder den Bildschirm aufzeichnen "
         "darf. Die meisten Passwortverwalter, Übersetzer und Lesehilfen dürfen das auch: "
         "Das sagt, was möglich war, nicht was geschah."},
    [RULE_PLUGIN_LOST] =
        {"Die Browsererweiterung antwortete nicht",
         "Während die Prüfung lief, konnte ihre Seite die Erweiterung nicht erreichen: Sie "
         "war aus oder entfernt, oder der Browser ersetzte sie durch eine neue Fassung."},
};

const struct words_kind words_events_de[] = {
    {"session-created", "Öffnete den Test zum ersten Mal"},
    {"consent", "Nahm ein Dokument an"},
    {"agreed", "Nahm alle Dokumente an"},
    {"recording-started", "Aufzeichnung begann"},
    {"exam-started", "Prüfung begann"},
    {"extra-time", "Hat zusätzliche Zeit"},
    {"answered", "Speicherte eine Antwort"},
    {"finished", "Beendete die Prüfung"},
    {"time-given", "Zeit wurde gegeben"},
    {"attachment-complete", "Eine Datei zu einer Antwort kam an"},
    {"attachment-removed", "Eine Datei zu einer Antwort wurde entfernt"},
    {"exam-ended", "Gab ab"},
    {"stream-made", "Eine Aufzeichnung begann"},
    {"stream-complete", "Eine Aufzeichnung ist vollständig"},
    {"stream-abandoned", "Eine Aufzeichnung endete früh: Der Rest ging mit der Seite verloren"},
    {"stream-expired", "Eine Aufzeichnung endete früh: Drei Tage lang kam nichts"},
    {"stream-terminated", "Die Seite des Prüflings beendete eine Aufzeichnung"},
    {"first-face", "Zum ersten Mal war ein Gesicht zu sehen"},
    {"connection-lost", "Verlor die Verbindung"},
    {"connection-back", "Die Verbindung ist wieder da"},
    {"tab-changed", "Machte in einem anderen Fenster weiter"},
    {"uploaded", "Übertragung vollständig"},
    {"reported", "Befunde festgehalten"},
    {"warning-acknowledged", "Der Prüfling bestätigte eine Verwarnung"},
    {"support-message", "Eine Nachricht zwischen Prüfling und Support"},
    {"hand-raised", "Der Prüfling hob die Hand"},
    {"hand-lowered", "Der Prüfling senkte die Hand"},
    {"pause-over", "Eine Pause endete nach einem Tag von selbst"},
    {"key-erased", "Aufzeichnungen gelöscht"},
    {"plugin-seen", "Die Browsererweiterung antwortete"},
    {"camera-refused", "Eine virtuelle Kamera wurde abgelehnt"},
    {"face-scan", "Gesichtsscan"},
    {"id-scan", "Ausweisscan"},
    {"profile-face", "Gesichtsscan bestätigt"},
    {"profile-id", "Ausweisscan bestätigt"},
    {"scan-retake", "Die Aufsicht bat um einen neuen Scan"},
    {"screen-consent", "Teilte den ganzen Bildschirm"},
    {"screen-refused", "Bot weniger als den ganzen Bildschirm an"},
    {"app-paired", "Die Desktop-App wurde verbunden"},
    {"app-back", "Die Desktop-App ist nach einer Stille wieder da"},
    {"app-lost", "Von der Desktop-App war nichts mehr zu hören"},
    {"app-genuine", "Die App ist nach eigener Angabe die, die es hier gibt"},
    {"app-older", "Die App ist nach eigener Angabe eine, die es hier früher gab"},
    {"app-differs", "Die App ist keine, die es hier gab: von woanders oder verändert"},
    {"app-not-compared", "Die App konnte nicht mit der verglichen werden, die es hier gibt"},
    {"renamed", "Der Name des Kontos wurde berichtigt"},
    {"offline", "Der Browser war ohne Netz"},
    {"online", "Der Browser ist wieder im Netz"},
    {"page-hidden", "Die Seite wurde verdeckt"},
    {"page-shown", "Die Seite ist wieder zu sehen"},
    {"camera-lost", "Die Kamera ging verloren"},
    {"camera-back", "Die Kamera ist wieder da"},
    {"recorder-error", "Der Rekorder meldete einen Fehler"},
    {"screen-lost", "Der Bildschirm wurde nicht mehr geteilt"},
    {"screen-back", "Der Bildschirm wird wieder geteilt"},
    {"fullscreen-left", "Verließ das Vollbild"},
    {"fullscreen-back", "Ist wieder im Vollbild"},
    {"page-loaded", "Die Seite wurde geladen"},
    {"plugin-lost", "Die Browsererweiterung antwortete der Seite nicht mehr"},
    {"plugin-back", "Die Browsererweiterung antwortet wieder"},
    {"plugin-flooded", "Die Browsererweiterung meldete mehr, als aufbewahrt wird"},
    {"app-started", "Die App wurde gestartet"},
    {"app-closed", "Die App wurde geschlossen"},
    {"plugin-vouched", "Die App sagte, welche Browsererweiterung mit ihr sprach"},
    {"display-changed", "Bildschirme wurden angeschlossen oder entfernt"},
    {"device-changed", "Eingabe- oder Tongeräte wurden angeschlossen oder entfernt"},
    {"program-started", "Ein Programm wurde gestartet"},
    {"program-ended", "Ein Programm wurde beendet"},
    {"window-changed", "Ein anderes Fenster kam nach vorn"},
    {"machine-locked", "Der Bildschirm wurde gesperrt"},
    {"machine-unlocked", "Der Bildschirm wurde entsperrt"},
    {"overlay-window", "Ein Fenster über allen anderen kam oder ging"},
    {"clock-jumped", "Die Uhr des Computers wurde verstellt"},
    {"virtual-machine", "Zeichen einer virtuellen Maschine"},
    {"remote-session", "Zeichen einer Fernsitzung"},
    {"capture-failed", "Die App konnte nicht aufzeichnen"},
    {"capture-resumed", "Die App zeichnet wieder auf"},
    {"plugin-started", "Die Browsererweiterung begann zu beobachten"},
    {"plugin-ended", "Die Browsererweiterung hörte auf zu beobachten"},
    {"tab-opened", "Ein Tab wurde geöffnet"},
    {"window-opened", "Ein Fenster wurde geöffnet"},
    {"tab-shown", "Eine andere Seite kam nach vorn"},
    {"tab-navigated", "Eine Seite hinter der Prüfung ging auf eine andere Adresse"},
    {"exam-left", "Der Tab der Prüfung ging auf eine andere Adresse"},
    {"exam-shown", "Die Prüfung ist wieder vorn"},
    {"focus-lost", "Der Browser ist nicht mehr vorn"},
    {"copied", "Text der Prüfung wurde kopiert"},
    {"cut", "Text der Prüfung wurde ausgeschnitten"},
    {"pasted", "In die Prüfung wurde Text eingefügt"},
    {"printed", "Die Seite der Prüfung wurde gedruckt"},
    {"context-menu", "In der Prüfung wurde das Kontextmenü geöffnet"},
    {"download-started", "Ein Download begann"},
    {"window-state", "Das Fenster der Prüfung änderte seine Größe"},
    {"zoom-changed", "Die Seite der Prüfung wurde vergrößert oder verkleinert"},
    {"browser-displays", "Die Zahl der Bildschirme änderte sich"},
    {"extension-risk", "Eine andere Erweiterung, die Seiten oder den Bildschirm sehen kann"},
    {"app-vouched", "Die Browsererweiterung sagte, mit welcher App sie sprach"},
    {"events-dropped", "Die Erweiterung hatte keinen Platz für weitere Ereignisse"},
    {NULL, NULL},
};
