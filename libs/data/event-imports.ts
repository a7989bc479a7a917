import { Prisma } from "#prisma/generated/client.ts";
import type { TenantSql, TenantTx } from "./database.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";

export const importStates = ["pending", "running", "completed", "failed"] as const;
export type ImportState = (typeof importStates)[number];

/** One file of an import; its counts are part of the import's. */
export type ImportFileRow = {
  readonly name: string;
  readonly format: "csv" | "ndjson";
  readonly size_bytes: number;
  /** Among the parts of the import, from 1. */
  readonly first_part: number;
  readonly part_count: number;
  readonly rows_read: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly byte_offset: number;
  readonly ended: boolean;
  readonly error: EventImportRow["error"];
};

export type EventImportRow = {
  readonly id: string;
  readonly state: ImportState;
  readonly file_name: string;
  readonly format: "csv" | "ndjson";
  readonly map: string | null;
  readonly timezone: string | null;
  /** Rows that are decided, in the order of the file: where to go on. */
  readonly rows_read: bigint;
  readonly accepted: bigint;
  readonly duplicates: bigint;
  readonly unresolved: bigint;
  readonly rejected: bigint;
  /** Of the file as it was sent. */
  readonly byte_offset: bigint;
  readonly size_bytes: bigint;
  readonly part_count: number;
  /** In the order in which they are read. */
  readonly files: readonly ImportFileRow[];
  readonly job_id: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly ended_at: Date | null;
};

const columns = Prisma.sql`id, state, file_name, format, map, timezone, rows_read, accepted, duplicates, unresolved, rejected,
  byte_offset, size_bytes, part_count, files, job_id, error, created_at, updated_at, ended_at`;

export async function insertEventImport(
  tx: TenantTx,
  given: Pick<
    EventImportRow,
    "id" | "file_name" | "format" | "map" | "timezone" | "size_bytes" | "part_count" | "files"
  >,
): Promise<void> {
  await tx.db.$executeRaw`
    insert into event_import (tenant_id, id, state, file_name, format, map, timezone, size_bytes, part_count, files)
    values (${tx.tenantId}::uuid, ${given.id}::uuid, 'pending', ${given.file_name}, ${given.format}, ${given.map}, ${given.timezone},
            ${given.size_bytes}, ${given.part_count}, ${JSON.stringify(given.files)}::jsonb)`;
}

export async function setImportJob(tx: TenantTx, id: string, jobId: string): Promise<void> {
  await tx.db
    .$executeRaw`update event_import set job_id = ${jobId}::uuid where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid`;
}

export async function findEventImport(tx: TenantTx, id: string): Promise<EventImportRow | null> {
  const rows = await tx.db.$queryRaw<EventImportRow[]>`
    select ${columns} from event_import where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid`;
  return rows[0] === undefined ? null : withFiles(rows[0]);
}

/** Rows from before an import could have several files describe their one file themselves. */
function withFiles(row: EventImportRow): EventImportRow {
  if (row.files.length > 0) return row;
  const file: ImportFileRow = {
    ...{ name: row.file_name, format: row.format, size_bytes: Number(row.size_bytes), first_part: 1 },
    ...{ part_count: row.part_count, rows_read: Number(row.rows_read), accepted: Number(row.accepted) },
    ...{ duplicates: Number(row.duplicates), rejected: Number(row.rejected) },
    ...{ byte_offset: Number(row.byte_offset), ended: row.ended_at !== null, error: row.error },
  };
  return { ...row, files: [file] };
}

/** Newest first. */
export async function listEventImports(
  tx: TenantTx,
  query: PageQuery<{ readonly state?: ImportState }>,
): Promise<Page<EventImportRow>> {
  const state = query.filters?.state ?? null;
  const rows = await tx.db.$queryRaw<EventImportRow[]>`
    select ${columns} from event_import
    where tenant_id = ${tx.tenantId}::uuid and (${query.cursor}::uuid is null or id < ${query.cursor}::uuid)
      and (${state}::text is null or state = ${state})
    order by id desc limit ${query.limit + 1}`;
  return toPage(rows.map(withFiles), query.limit);
}

export type ImportStep = {
  readonly rows: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly unresolved: number;
  /** Of all files. */
  readonly byteOffset: number;
  /** As they stand after the batch. */
  readonly files: readonly ImportFileRow[];
  /** JSON texts. */
  readonly rejects: readonly string[];
};

/**
 * Moves the checkpoint over one batch and keeps its rejects; false when it does not stand at `from` any more, since
 * another worker went on with the import. The row is locked until the commit.
 */
export async function advanceEventImport(
  tx: TenantSql,
  id: string,
  from: number,
  step: ImportStep,
): Promise<boolean> {
  const { rejects } = step;
  const moved = await tx.db.$queryRaw<object[]>`
    update event_import set state = 'running', rows_read = rows_read + ${step.rows}, accepted = accepted + ${step.accepted},
      duplicates = duplicates + ${step.duplicates}, unresolved = unresolved + ${step.unresolved}, rejected = rejected + ${rejects.length},
      byte_offset = ${step.byteOffset}, files = ${JSON.stringify(step.files)}::jsonb, updated_at = now()
    where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid and rows_read = ${from} and state in ('pending', 'running')
    returning id`;
  const isMoved = moved.length === 1;
  if (isMoved && rejects.length > 0) {
    await tx.db.$queryRaw`
      insert into event_import_reject (tenant_id, event_import_id, no, content)
      select ${tx.tenantId}::uuid, i.id, i.rejected - ${rejects.length}::int + r.no, r.content
      from event_import i, unnest(${[...rejects]}::text[]) with ordinality as r (content, no)
      where i.tenant_id = ${tx.tenantId}::uuid and i.id = ${id}::uuid`;
  }
  return isMoved;
}

/** Ends an import that stands at `from`: failed when one of its files did; false when it stands elsewhere or has ended. */
export async function endEventImport(
  tx: TenantTx,
  id: string,
  from: number,
  files: readonly ImportFileRow[],
): Promise<boolean> {
  const error = files.find((file) => file.error !== null)?.error ?? null;
  const text = error === null ? null : JSON.stringify(error);
  const ended = await tx.db.$executeRaw`
    update event_import set state = ${error === null ? "completed" : "failed"}, error = ${text}::jsonb, files = ${JSON.stringify(files)}::jsonb,
      byte_offset = case when ${error === null} then size_bytes else byte_offset end, ended_at = now(), updated_at = now()
    where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid and rows_read = ${from} and state in ('pending', 'running')`;
  return ended === 1;
}

/** Once the parts of its file are removed. */
export async function forgetImportParts(tx: TenantTx, id: string): Promise<void> {
  await tx.db.$executeRaw`
    update event_import set part_count = 0
    where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid and state in ('completed', 'failed')`;
}

/** Rejects after number `after` in the order of the file, as JSON texts. */
export async function listImportRejects(
  tx: TenantTx,
  id: string,
  page: { readonly after: number; readonly limit: number },
): Promise<string[]> {
  const rows = await tx.db.$queryRaw<{ content: string }[]>`
    select content from event_import_reject
    where tenant_id = ${tx.tenantId}::uuid and event_import_id = ${id}::uuid and no > ${page.after}
    order by no limit ${page.limit}`;
  return rows.map((row) => row.content);
}
