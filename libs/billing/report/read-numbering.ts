import {
  countPlace,
  type NumberSeries,
  numberOfCount,
  parseSeriesKey,
} from "#libs/core/invoice/number-series.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { listSeriesKeys, readSeries, type SeriesRow } from "#libs/data/document-series.ts";

/** A series of numbers and what is wrong with it, which must be nothing. */
export type SeriesReport = {
  readonly series: NumberSeries;
  readonly row: SeriesRow;
  readonly firstNumber: string;
  readonly lastNumber: string;
  /** `INV-202503-00003`, or `INV-202503-00003..INV-202503-00007`. */
  readonly missing: readonly string[];
};

const mostNamed = 100;

/** Every series of a tenant. A void document keeps its number, so it is held. */
export async function readNumbering(tx: TenantTx): Promise<SeriesReport[]> {
  const keys = await listSeriesKeys(tx);
  const places = keys.map((series) => ({ series, ...countPlace(parseSeriesKey(series)) }));
  return (await readSeries(tx, places, mostNamed)).map((row) => {
    const series = parseSeriesKey(row.series);
    const numberOf = (count: bigint) => numberOfCount(series, count);
    return {
      ...{ series, row, firstNumber: numberOf(row.imported_to + 1n), lastNumber: numberOf(row.last_number) },
      missing: row.missing.map(([first, last]) =>
        first === last ? numberOf(BigInt(first)) : `${numberOf(BigInt(first))}..${numberOf(BigInt(last))}`,
      ),
    };
  });
}
