import {
  type NumberParts,
  type NumberTemplate,
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
