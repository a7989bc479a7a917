import { domainError } from "./errors.ts";
import { oncePerText } from "./once-per-text.ts";

/** Checks a BCP 47 language tag and returns it in its usual spelling. Throws `locale_unknown`. */
export function assertLocale(tag: string): string {
  try {
    const [canonical] = Intl.getCanonicalLocales(tag);
    if (canonical !== undefined) return canonical;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw domainError("locale_unknown", `${JSON.stringify(tag)} is not a BCP 47 locale such as "en-US"`);
}

/** Every language that documents are printed in. */
export const printedLanguages = ["ar", "de", "en", "es", "fr", "ja", "pl"] as const;
export type PrintedLanguage = (typeof printedLanguages)[number];

/** The language of a locale's documents; English for those we have no words for. */
export function printedLanguage(locale: string): PrintedLanguage {
  const language = languageOf(locale);
  return printedLanguages.find((each) => each === language) ?? "en";
}

const languageOf = oncePerText((locale) => new Intl.Locale(locale).language);

/**
 * The locale whose words, dates and numbers are printed together: the given one, or international English where we
 * have no words for its language, so that no page mixes two languages or two ways to write numbers.
 */
export function printedLocale(locale: string): string {
  return printedLanguage(locale) === languageOf(locale) ? locale : "en-001";
}
