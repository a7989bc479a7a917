import {
  type IssueDate,
  type NumberParts,
  type NumberTemplate,
  numberParts,
  parseNumberTemplate,
  renderNumber,
} from "./number-template.ts";

export type NumberedDocument = "invoice" | "credit_note";

/** A count of its own: what stands before it is fixed, and the part of the date that starts a new one. */
export type NumberSeries = {
  readonly document: NumberedDocument;
  readonly template: NumberTemplate;
  readonly prefix: string;
  readonly resetPeriod: string;
};

/** The key of a series' counter. */
export function seriesKey({ document, template, prefix, resetPeriod }: NumberSeries): string {
  return [document, template.source, prefix, resetPeriod].join("|");
}

/** The way back; no part of a key holds a `|`. */
export function parseSeriesKey(key: string): NumberSeries {
  const [document = "", source = "", prefix = "", resetPeriod = ""] = key.split("|");
  return {
    document: document as NumberedDocument,
    template: parseNumberTemplate(source),
    prefix,
    resetPeriod,
  };
}

/**
 * How many characters stand before and after the count's digits in every number of the series. `after` is 0 where what
 * follows does not begin with a digit: there the count ends by itself.
 */
export function countPlace(series: NumberSeries): { readonly before: number; readonly after: number } {
  const suffix = suffixOf(series);
  return { before: series.prefix.length, after: /^\d/.test(suffix) ? suffix.length : 0 };
}

/** The number that a count of the series has; {PREFIX} behind the count stays as it is, since each number has its own. */
export function numberOfCount(series: NumberSeries, count: bigint): string {
  const parts: NumberParts = {
    prefix: series.prefix,
    pad: series.template.pad,
    suffix: suffixOf(series),
    resetPeriod: series.resetPeriod,
  };
  return renderNumber(parts, count);
}

function suffixOf({ template, resetPeriod }: NumberSeries): string {
  const [year = "", month = "", day = ""] = resetPeriod.split("-");
  const dates = { YYYY: year, YY: year.slice(-2), MM: month, DD: day, YYYYMM: year + month };
  return template.after
    .map((token) => {
      if (token.kind === "text") return token.text;
      return token.kind === "date" ? dates[token.token] : "{PREFIX}";
    })
    .join("");
}

/**
 * The series whose numbers look like this one, and its count in it; null: the template could not give it. A year of two digits
 * is one of 2000 to 2099.
 */
export function readNumber(
  document: NumberedDocument,
  template: NumberTemplate,
  number: string,
): { readonly series: NumberSeries; readonly count: bigint } | null {
  const [before, after] = [patternOf(template.before), patternOf(template.after)];
  const found = new RegExp(`^(${before.source})(\\d{${template.pad},18})(${after.source})$`).exec(number);
  if (found === null) return null;
  const head = found[1] ?? "";
  const digits = found[2 + before.groups.length] ?? "";
  const values = [
    ...before.groups.map((name, index) => [name, found[2 + index] ?? ""] as const),
    ...after.groups.map((name, index) => [name, found[4 + before.groups.length + index] ?? ""] as const),
  ];
  const count = BigInt(digits);
  const issuedOn = dateOf(new Map(values));
  if (count === 0n || issuedOn === null) return null;
  const prefix = values.find(([name]) => name === "PREFIX")?.[1] ?? "";
  const parts = numberParts(template, { issuedOn, prefix });
  // What is read must be what would be written: dates that agree, one prefix, no count padded too far.
  if (renderNumber(parts, count) !== number) return null;
  return { series: { document, template, prefix: head, resetPeriod: parts.resetPeriod }, count };
}

function patternOf(tokens: NumberTemplate["before"]): { readonly source: string; readonly groups: string[] } {
  const groups: string[] = [];
  const source = tokens.map((token) => {
    if (token.kind === "text") return token.text.replace(/[^A-Za-z0-9]/g, "\\$&");
    if (token.kind === "sequence") return "";
    groups.push(token.kind === "date" ? token.token : "PREFIX");
    return token.kind === "date" ? `(\\d{${token.token.length}})` : "([A-Za-z0-9-]*)";
  });
  return { source: source.join(""), groups };
}

/** The first day that the parts of a number can mean; null: there is no such day. */
function dateOf(values: ReadonlyMap<string, string>): IssueDate | null {
  const whole = values.get("YYYYMM") ?? "";
  const year = Number(values.get("YYYY") ?? (whole.slice(0, 4) || `20${values.get("YY") ?? "00"}`));
  const month = Number(values.get("MM") ?? (whole.slice(4) || "1"));
  const day = Number(values.get("DD") ?? "1");
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 ? { year, month, day } : null;
}
