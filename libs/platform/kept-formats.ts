/** Of each kind; a seller prints in few locales, currencies and zones, and a fleet in some more. */
const mostKept = 500;

/** `Intl.NumberFormat`, made once for the same terms: making one costs as much as a hundred amounts. */
export const numberFormat = kept(
  (locale: string, options: Intl.NumberFormatOptions = {}) => new Intl.NumberFormat(locale, options),
);

/** `Intl.DateTimeFormat`, made once for the same terms. */
export const dateFormat = kept(
  (locale: string, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options),
);

/** `Intl.PluralRules`, made once a locale. */
export const pluralRules = kept((locale: string) => new Intl.PluralRules(locale));

/** Remembers what `make` made of the same words, the last made of `mostKept`. What is made must not change. */
function kept<Terms extends readonly unknown[], Format>(
  make: (...terms: Terms) => Format,
): (...terms: Terms) => Format {
  const formats = new Map<string, Format>();
  return (...terms) => {
    const key = JSON.stringify(terms);
    const known = formats.get(key);
    if (known !== undefined) return known;
    const made = make(...terms);
    const [oldest] = formats.keys();
    if (formats.size >= mostKept && oldest !== undefined) formats.delete(oldest);
    formats.set(key, made);
    return made;
  };
}
