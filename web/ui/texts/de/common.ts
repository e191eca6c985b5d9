/* German: what every page says. */
import type { Texts } from "../../texts";

export const common: Texts["common"] = {
  loading: "Wird geladen ...",
  dismiss: "Diese Meldung schließen",
  skip: "Zum Inhalt springen",
  cancel: "Abbrechen",
  close: "Schließen",
  logOut: "Abmelden",
  minutes: (n) => (n === 1 ? "1 Minute" : `${n} Minuten`),
};

export const errors: Texts["errors"] = {
  offline: "Der Server ist nicht erreichbar. Bitte prüfen Sie Ihre Netzwerkverbindung.",
  retry: "Noch einmal versuchen",
  requestId: (id) => `Wenn Sie um Hilfe bitten, nennen Sie bitte diese Nummer: ${id}`,
};

export const signIn: Texts["signIn"] = {
  title: "Bei myCamu anmelden",
  intro: "Bitte verwenden Sie den Benutzernamen und das Passwort, die Sie von Ihrer Einrichtung erhalten haben.",
  username: "Benutzername",
  password: "Passwort",
  submit: "Anmelden",
  wrong: "Benutzername oder Passwort stimmen nicht. Bitte versuchen Sie es noch einmal.",
  throttled: (s) =>
    s > 0
      ? `Das waren zu viele Versuche. Bitte versuchen Sie es in ${s} Sekunden noch einmal.`
      : "Das waren zu viele Versuche. Bitte warten Sie eine Minute und versuchen Sie es noch einmal.",
  againTitle: "Bitte melden Sie sich noch einmal an",
  againText:
    "Sie wurden abgemeldet, vielleicht weil viel Zeit vergangen ist. Nichts ist verloren: Melden Sie sich an, und alles geht dort weiter, wo es war.",
};

export const frame: Texts["frame"] = {
  signedOut: "Bitte melden Sie sich noch einmal an.",
};

export const language: Texts["language"] = {
  label: "Sprache",
};
