import type { ErrorPlace } from "../errors.ts";
import { printedLanguage, printedLanguages } from "../locale.ts";

/** What a tenant may write for each kind of document or mail; what is left out is printed as Billwright does. */
export const templateFields = {
  invoice_pdf: ["title", "intro", "terms", "closing", "footer"],
  credit_note_pdf: ["title", "intro", "closing", "footer"],
  invoice_mail: ["subject", "greeting", "message", "footer"],
  credit_note_mail: ["subject", "greeting", "message", "footer"],
  reminder_mail: ["subject", "greeting", "message", "footer"],
} as const;

export type TemplateKind = keyof typeof templateFields;
export type TemplateField = (typeof templateFields)[TemplateKind][number];
export const templateKinds = Object.keys(templateFields) as readonly TemplateKind[];

/** Values that a text can name in braces. */
export const templateValues = [
  ...["number", "customer", "seller", "total", "amount_due", "currency", "issue_date", "due_date"],
] as const;

/** Words for a unit by plural category of CLDR; `other` stands for those that are left out. */
export type UnitForms = Readonly<Record<string, string>>;

export type TemplateContent = {
  /** Instead of the brand's. */
  readonly color: string | null;
  /** By language; `any` holds for languages that do not say a field themselves. */
  readonly texts: Readonly<Record<string, Readonly<Partial<Record<TemplateField, string>>>>>;
  /** By the unit as its meter names it, then by language. */
  readonly units: Readonly<Record<string, Readonly<Record<string, UnitForms>>>>;
};

/** A template as one document uses it: in its language, and of which version it is; 0 is Billwright's own. */
export type DocumentTemplate = {
  readonly version: number;
  readonly color: string | null;
  readonly texts: Readonly<Partial<Record<TemplateField, string>>>;
  readonly units: Readonly<Record<string, UnitForms>>;
};

export const defaultTemplate: TemplateContent = { color: null, texts: {}, units: {} };

/** The template in the language of a locale. */
export function templateInLocale(
  template: { readonly version: number; readonly content: TemplateContent },
  locale: string,
): DocumentTemplate {
  const language = printedLanguage(locale);
  const { color, texts, units } = template.content;
  const known = Object.entries(units).flatMap(([unit, forms]) => {
    const own = forms[language];
    return own === undefined ? [] : [[unit, own] as const];
  });
  return {
    version: template.version,
    color,
    texts: { ...texts["any"], ...texts[language] },
    units: Object.fromEntries(known),
  };
}

const pluralCategories = ["zero", "one", "two", "few", "many", "other"];
const leastContrast = 3;

/** Everything wrong with a template, by place. */
export function templatePlaces(kind: TemplateKind, content: TemplateContent): ErrorPlace[] {
  const fields: readonly string[] = templateFields[kind];
  const languages: readonly string[] = [...printedLanguages, "any"];
  const places: ErrorPlace[] = [...colorPlaces(content.color)];
  for (const [language, texts] of Object.entries(content.texts)) {
    if (!languages.includes(language)) places.push(unknown(`texts.${language}`, languages));
    for (const [field, text] of Object.entries(texts)) {
      const path = `texts.${language}.${field}`;
      if (fields.includes(field)) places.push(...textPlaces(path, field, text));
      else places.push(unknown(path, fields));
    }
  }
  for (const [unit, byLanguage] of Object.entries(content.units)) {
    for (const [language, forms] of Object.entries(byLanguage)) {
      const path = `units.${unit}.${language}`;
      if (!languages.slice(0, -1).includes(language)) places.push(unknown(path, languages.slice(0, -1)));
      if (forms["other"] === undefined) places.push(place(`${path}.other`, "is required"));
      for (const category of Object.keys(forms)) {
        if (!pluralCategories.includes(category))
          places.push(unknown(`${path}.${category}`, pluralCategories));
      }
    }
  }
  return places;
}

const oneLine: ReadonlySet<string> = new Set(["title", "subject", "greeting"]);

function textPlaces(path: string, field: string, text: string): ErrorPlace[] {
  const values: readonly string[] = templateValues;
  const named = [...text.matchAll(/\{([^{}]*)\}/g)].map(([, name = ""]) => name);
  const strange = named.filter((name) => !values.includes(name));
  const [stray] = /[{}]/.exec(text.replaceAll(/\{[^{}]*\}/g, "")) ?? [];
  const allowed = values.map((each) => `{${each}}`).join(", ");
  return [
    ...(oneLine.has(field) && /[\n\t]/.test(text) ? [place(path, "must be one line")] : []),
    ...(oneLine.has(field) && text.trim() === "" ? [place(path, "must not be empty")] : []),
    ...strange.map((name) => place(path, `names {${name}}; allowed are ${allowed}`)),
    ...(stray === undefined
      ? []
      : [place(path, `has a ${stray} without its pair; braces stand for a value: ${allowed}`)]),
  ];
}

function colorPlaces(color: string | null): ErrorPlace[] {
  if (color === null) return [];
  if (!/^#[0-9a-fA-F]{6}$/.test(color))
    return [place("color", `must be a colour such as "#0b5c8a", got ${JSON.stringify(color)}`)];
  const contrast = 1.05 / (luminance(color) + 0.05);
  if (contrast >= leastContrast) return [];
  return [
    place(
      "color",
      `is too light to be read on white: its contrast is ${contrast.toFixed(1)}, at least ${leastContrast} is needed`,
    ),
  ];
}

/** Source: WCAG 2.2, relative luminance. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function unknown(path: string, allowed: readonly string[]): ErrorPlace {
  return place(path, `is not known; allowed are ${allowed.join(", ")}`);
}

function place(path: string, message: string): ErrorPlace {
  return { path, code: "value_invalid", message };
}
