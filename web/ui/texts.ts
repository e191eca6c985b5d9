/* The texts of the pages in the language chosen when the page was loaded (language.ts). A new text goes
 * into texts/en/ and texts/de/: the compiler says which language lacks it. A new language is a folder
 * beside them, a row here and one in language.ts. */
import { language, type Language } from "./language";
import { de } from "./texts/de";
import { en } from "./texts/en";

export type Texts = typeof en;

const catalogues: Record<Language, Texts> = { en, de };

export const texts: Texts = catalogues[language];
