/* Chooses the language of the pages. Not shown where the page has one only. */
import { isLanguage, language, LANGUAGE_NAMES, offeredLanguages, speak } from "./language";
import { texts } from "./texts";

export function LanguageMenu() {
  if (offeredLanguages.length < 2) return null;
  return (
    <label class="language">
      <span class="visually-hidden">{texts.language.label}</span>
      <select
        class="language-select"
        value={language}
        onChange={(event) => {
          const next = event.currentTarget.value;
          if (isLanguage(next)) speak(next);
        }}
      >
        {offeredLanguages.map((one) => (
          <option key={one} value={one} lang={one}>
            {LANGUAGE_NAMES[one]}
          </option>
        ))}
      </select>
    </label>
  );
}
