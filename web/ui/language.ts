/* Which language the page speaks: the one chosen in the menu, else the first of the browser's languages
 * that the page has, else English. It is fixed when the page is loaded; choosing another loads it again.
 *
 * A page says by `data-languages` of its <html> which it has; one without speaks English only. */

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

/* In their own words, so that whoever cannot read the page finds theirs. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: "English", de: "Deutsch" };

/* For Intl: dates in English are written day first, as the rest of the world does. */
const LOCALES: Record<Language, string> = { en: "en-GB", de: "de-DE" };

const KEY = "proctortrack-language";

export function isLanguage(value: string | null): value is Language {
  return LANGUAGES.some((one) => one === value);
}

/* `wanted`: language tags of the browser, best first. */
export function chooseLanguage(
  kept: string | null,
  wanted: readonly string[],
  offered: readonly Language[],
): Language {
  if (isLanguage(kept) && offered.includes(kept)) return kept;
  for (const tag of wanted) {
    const base = tag.toLowerCase().split("-")[0] ?? "";
    if (isLanguage(base) && offered.includes(base)) return base;
  }
  return "en";
}

function readKept(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage is forbidden: the browser's language counts
  }
}

function offeredHere(): Language[] {
  const tags = document.documentElement.dataset["languages"]?.split(" ") ?? [];
  return tags.filter(isLanguage);
}

/* Without a page (the unit tests) it is English. */
const hasPage = typeof document !== "undefined";
export const offeredLanguages: readonly Language[] = hasPage ? offeredHere() : [];
export const language: Language = hasPage
  ? chooseLanguage(readKept(), navigator.languages, offeredLanguages)
  : "en";
export const locale: string = LOCALES[language];

if (hasPage) document.documentElement.lang = language;

export function speak(next: Language): void {
  try {
    localStorage.setItem(KEY, next);
  } catch {
    return; // it could not be kept, so loading again would change nothing
  }
  window.location.reload();
}
