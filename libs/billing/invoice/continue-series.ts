import type { ErrorPlace } from "#libs/core/errors.ts";
import { domainError } from "#libs/core/errors.ts";
import { numberOfCount, readNumber, seriesKey } from "#libs/core/invoice/number-series.ts";
import type { NumberedDocument, NumberSeries } from "#libs/core/invoice/number-series.ts";
import type { NumberTemplate } from "#libs/core/invoice/number-template.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { continueCounters, readCounters } from "#libs/data/document-series.ts";

/** A number that another engine gave, and where it stands in the sender's input. */
export type ForeignNumber = { readonly number: string; readonly issuedAt: Date; readonly path: string };

export type DocumentTemplates = readonly {
  readonly document: NumberedDocument;
  readonly template: NumberTemplate;
}[];

/** Series that are to go on after numbers of another engine. */
export type ContinuedSeries = {
  readonly series: NumberSeries;
  readonly importedTo: bigint;
  readonly issuedAt: Date;
};

/** How far an imported count may be above the next lower one of its series without being asked for: a number mistyped is farther. */
export const widestNumberGap = 100_000n;

/**
 * Which series of these templates must go on after numbers that were given elsewhere, so that none is given twice. Locks nothing:
 * `saveContinued` refuses what has moved on by then. A number above what a series has given here is refused, as the series would reach it, or leave a gap;
 * so is one more than `widestGap` above the next lower one that was imported, or 0, as the series could never come back (null: any).
 */
export async function decideContinued(
  tx: TenantTx,
  templates: DocumentTemplates,
  numbers: readonly ForeignNumber[],
  widestGap: bigint | null,
): Promise<{ readonly series: readonly ContinuedSeries[]; readonly places: readonly ErrorPlace[] }> {
  const found = numbers.flatMap((each) =>
    templates.flatMap(({ document, template }) => {
      const read = readNumber(document, template, each.number);
      return read === null ? [] : [{ ...each, ...read, key: seriesKey(read.series) }];
    }),
  );
  const read = found.sort((a, b) => (a.count < b.count ? -1 : Number(a.count > b.count)));
  const counters = await readCounters(tx, [...new Set(read.map(({ key }) => key))]);
  const continued = new Map<string, ContinuedSeries>();
  const places: ErrorPlace[] = [];
  for (const { key, count, series, issuedAt, path } of read) {
    const { last_number: last, imported_to: importedTo } = counters.get(key) ?? {
      last_number: 0n,
      imported_to: 0n,
    };
    if (count <= importedTo) continue;
    if (last > importedTo) {
      const message = `is of a series that has given ${numberOfCount(series, last)} here: what was issued elsewhere must be imported before that, or have other numbers`;
      places.push({ path, code: "invoice_number_taken", message });
      continue;
    }
    const before = continued.get(key);
    const lower = before?.importedTo ?? importedTo;
    if (widestGap !== null && count - lower > widestGap) {
      const message = `has the count ${count}, and the next lower one of its series is ${lower}: the series would go on after it for good. More than ${widestGap} between them must be allowed by allow_number_gap`;
      places.push({ path, code: "number_gap", message });
    }
    continued.set(key, {
      series,
      importedTo: count,
      issuedAt: before !== undefined && before.issuedAt > issuedAt ? before.issuedAt : issuedAt,
    });
  }
  return { series: [...continued.values()], places };
}

/**
 * Every issue in these series waits from here on: the last statement of its transaction.
 * @throws DomainError version_conflict when a series has given its first number meanwhile
 */
export async function saveContinued(tx: TenantTx, list: readonly ContinuedSeries[]): Promise<void> {
  const rows = list.map((each) => ({ ...each, series: seriesKey(each.series) }));
  if ((await continueCounters(tx, rows)) === rows.length) return;
  throw domainError("version_conflict", "A series has given its first number meanwhile: try again.");
}
