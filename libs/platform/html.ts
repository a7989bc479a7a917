/** Markup that is already escaped. Only `html` and `trustedHtml` make it, so text cannot become markup by accident. */
export type Html = { readonly markup: string };

type HtmlValue = Html | readonly Html[] | string | number | null | false;

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Builds markup; every string put into it is escaped for text and for quoted attributes.
 * `null` and `false` print nothing, so `${isPaid && html`...`}` reads as it means.
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let markup = parts[0] ?? "";
  values.forEach((value, index) => {
    markup += markupOf(value) + (parts[index + 1] ?? "");
  });
  return { markup };
}

/** Marks text of ours (a style sheet, a constant) as markup. Never for anything a tenant or customer wrote. */
export function trustedHtml(markup: string): Html {
  return { markup };
}

function markupOf(value: HtmlValue): string {
  if (value === null || value === false) return "";
  if (typeof value === "string") return escapeHtml(value);
  if (typeof value === "number") return String(value);
  if ("markup" in value) return value.markup;
  return value.map((part) => part.markup).join("");
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);
}
