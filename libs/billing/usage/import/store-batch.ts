import type { TenantSql } from "#libs/data/database.ts";
import { ingestEvents } from "../ingest-events.ts";
import type { EventRefusal, UsageEventInput } from "../usage-event-input.ts";
import type { ImportRow } from "./import-row.ts";
import type { RowMapper } from "./map-row.ts";
import type { OpenRows } from "./open-rows.ts";
import type { ImportReject } from "./rejects-file.ts";

/** Rows as events, and those that are none. */
export type Batch = {
  readonly events: readonly UsageEventInput[];
  readonly refused: readonly EventRefusal[];
};

export function mapBatch(rows: readonly ImportRow[], mapRow: RowMapper): Batch {
  const events: UsageEventInput[] = [];
  const refused: EventRefusal[] = [];
  for (const [index, row] of rows.entries()) {
    const checked = mapRow(index, row);
    if ("event" in checked) events.push(checked.event);
    else refused.push(checked.refused);
  }
  return { events, refused };
}

export type Refused = Omit<EventRefusal, "code"> & { readonly code: string };

/** Stores a batch; `refused` are all that were not taken, in the order of the rows. */
export async function storeBatch(
  tx: TenantSql,
  batch: Batch,
): Promise<{
  accepted: number;
  duplicates: number;
  unresolved: number;
  conflicts: number;
  refused: Refused[];
}> {
  const answer = await ingestEvents(tx, batch.events, batch.refused);
  const { accepted, duplicates, unresolved, rejected, conflicts } = answer;
  const refused = [...rejected, ...conflicts.map((conflict) => ({ ...conflict, path: "id" }))];
  refused.sort((a, b) => a.index - b.index);
  return { accepted, duplicates, unresolved, conflicts: conflicts.length, refused };
}

/** What a person is told of a row that was not taken. */
export function toReject(
  file: string,
  open: OpenRows,
  row: ImportRow | undefined,
  refused: Refused,
): ImportReject {
  const { path: field, code, message: reason } = refused;
  const column = open.names.get(field);
  const content = row?.content;
  const shown = Array.isArray(content)
    ? Object.fromEntries(content.map((cell: string, at) => [open.columns[at] ?? `column ${at + 1}`, cell]))
    : content;
  return {
    ...{ file, line: row?.line ?? 0, field },
    ...(column === undefined ? {} : { column }),
    ...{ code, reason, row: shown },
  };
}
