import { oncePerText } from "../once-per-text.ts";
import type { Address } from "../settings.ts";

/** Where the town is written before its state and postal code, on one line. */
const townFirst: ReadonlySet<string> = new Set(["US", "CA", "AU"]);

/** Where paper is Letter instead of A4. Source: CLDR supplemental measurement data. */
const letterCountries: ReadonlySet<string> = new Set("BZ CA CL CO CR GT MX NI PA PH PR SV US VE".split(" "));

/** The lines of an address as they are printed, its country by its name in the locale's language. */
export function printedAddress(address: Address, locale: string): string[] {
  const { line1, line2, city, state, postalCode, country } = address;
  const isTownFirst = country !== undefined && townFirst.has(country);
  const region = [state, postalCode].filter(Boolean).join(" ");
  const town = isTownFirst
    ? [[city, region].filter(Boolean).join(", ")]
    : [[postalCode, city].filter(Boolean).join(" "), state];
  return [line1, line2, ...town, country && countryName(country, locale)].filter(
    (line): line is string => line !== undefined && line !== "",
  );
}

/** The paper that is in use in a country; A4 where none is known. */
export function paperOfCountry(country: string | undefined): "A4" | "Letter" {
  return country !== undefined && letterCountries.has(country) ? "Letter" : "A4";
}

/** Codes that are no country's (the address only asks for two capitals) stay as they are. */
function countryName(code: string, locale: string): string {
  return namesOf(locale).of(code) ?? code;
}

const namesOf = oncePerText((locale) => new Intl.DisplayNames(locale, { type: "region", fallback: "code" }));
