import { domainError } from "./errors.ts";

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
