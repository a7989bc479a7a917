import { z } from "zod";
import { publicId } from "#libs/core/public-id.ts";
import { type EventImportRow, type ImportFileRow, importStates } from "#libs/data/event-imports.ts";
import { nullableTimestamp, timestampToWire } from "./wire-values.ts";

const rejectWire = z
  .object({
    file: z.string(),
    line: z.int().describe("Of the file, from 1"),
    field: z.string().describe("Empty: the row as a whole"),
    column: z.string().optional().describe("What the file calls the field"),
    code: z.string(),
    reason: z.string(),
    row: z.unknown().describe("As it stands in the file"),
  })
  .meta({ id: "EventImportReject" });

export const eventImportState = z.enum(importStates);

const fileWire = z
  .object({
    name: z.string(),
    format: z.enum(["csv", "ndjson"]),
    rows_read: z.int(),
    accepted: z.int(),
    duplicates: z.int(),
    rejected: z.int(),
    bytes_read: z.int(),
    bytes_total: z.int(),
    ended: z.boolean(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .meta({ id: "EventImportFile" });

export const eventImportWire = z
  .strictObject({
    id: z.string(),
    state: eventImportState,
    file_name: z.string().describe("Of the first file"),
    format: z.enum(["csv", "ndjson"]),
    map: z.string().nullable(),
    timezone: z.string().nullable(),
    rows_read: z.int().describe("Rows that are decided: accepted, duplicates and rejected"),
    accepted: z.int(),
    duplicates: z.int(),
    unresolved: z.int().describe("Of the accepted: counted when their customer or meter appears"),
    rejected: z.int(),
    bytes_read: z.int().describe("Of bytes_total, the file as it was sent"),
    bytes_total: z.int(),
    files: z.array(fileWire).describe("In the order in which they are imported"),
    job_id: z.string().nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable().describe("Why it failed"),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    ended_at: z.iso.datetime().nullable(),
  })
  .meta({ id: "EventImport" });

export const eventImportDetailWire = eventImportWire
  .extend({ first_rejects: z.array(rejectWire).describe("Up to 10; all of them under /rejects") })
  .meta({ id: "EventImportDetail" });

export function presentEventImport(row: EventImportRow): z.infer<typeof eventImportWire> {
  const { state, file_name, format, map, timezone, error } = row;
  return {
    ...{ id: publicId("event_import", row.id), state, file_name, format, map, timezone },
    rows_read: Number(row.rows_read),
    accepted: Number(row.accepted),
    duplicates: Number(row.duplicates),
    unresolved: Number(row.unresolved),
    rejected: Number(row.rejected),
    bytes_read: Number(row.byte_offset),
    bytes_total: Number(row.size_bytes),
    files: row.files.map(presentFile),
    job_id: row.job_id === null ? null : publicId("job", row.job_id),
    error,
    created_at: timestampToWire(row.created_at),
    updated_at: timestampToWire(row.updated_at),
    ended_at: nullableTimestamp(row.ended_at),
  };
}

function presentFile(file: ImportFileRow): z.infer<typeof fileWire> {
  const { name, format, rows_read, accepted, duplicates, rejected, ended, error } = file;
  const bytes = {
    bytes_read: ended && error === null ? file.size_bytes : file.byte_offset,
    bytes_total: file.size_bytes,
  };
  return { name, format, rows_read, accepted, duplicates, rejected, ...bytes, ended, error };
}

export function presentEventImportDetail(
  row: EventImportRow,
  rejects: readonly string[],
): z.infer<typeof eventImportDetailWire> {
  const first = rejects.map((each) => JSON.parse(each) as z.infer<typeof rejectWire>);
  return { ...presentEventImport(row), first_rejects: first };
}
