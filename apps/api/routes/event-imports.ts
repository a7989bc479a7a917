import { z } from "zod";
import { formatOf, type ImportFormat } from "#libs/billing/usage/import/open-rows.ts";
import { IMPORT_BYTES_MAX } from "#libs/billing/usage/import/stored-parts.ts";
import { requestImport, type SentFile } from "#libs/billing/usage/request-import.ts";
import {
  eventImportDetailWire,
  eventImportState,
  eventImportWire,
  presentEventImport,
  presentEventImportDetail,
} from "#libs/billing/wire/event-import-wire.ts";
import { text, timezoneName } from "#libs/billing/wire/wire-values.ts";
import { defined } from "#libs/core/defined.ts";
import { domainError } from "#libs/core/errors.ts";
import { parsePublicId, publicId } from "#libs/core/public-id.ts";
import {
  type EventImportRow,
  findEventImport,
  listEventImports,
  listImportRejects,
} from "#libs/data/event-imports.ts";
import type { Tx } from "#libs/billing/work/tx.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { listAnswer, listOf, pageFields, pageQuery } from "../list-page.ts";
import { multipartFiles } from "../multipart-files.ts";
import { storageErrors } from "../storage-errors.ts";

const tag = "Usage";
const byId = z.strictObject({ id: z.string().min(1).max(64) });
const exampleId = "imp_01jq8z5c3e7wq8m2v4t6y9r1p3";
const FIRST_REJECTS = 10;
const REJECTS_PAGE = 10_000;

const formats: Readonly<Record<string, ImportFormat>> = {
  "text/csv": "csv",
  "application/x-ndjson": "ndjson",
};

type Terms = { readonly format?: ImportFormat | undefined; readonly file_name?: string | undefined };

async function* oneFile(
  contentType: string,
  content: AsyncIterable<Uint8Array>,
  { format: given, file_name }: Terms,
): AsyncGenerator<SentFile> {
  const format = given ?? formats[contentType];
  if (format === undefined) {
    const message = "is required unless Content-Type is text/csv or application/x-ndjson";
    throw domainError("fields_invalid", `format ${message}`, {
      errors: [{ path: "format", code: "field_required", message }],
    });
  }
  yield { name: file_name ?? `import.${format}`, format, content };
}

const gzipType = "application/gzip";

/** The bytes of what says that it is gzip, when it begins so. @throws DomainError body_malformed */
async function* asGzip(name: string, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let start = Buffer.alloc(0);
  for await (const chunk of content) {
    if (start.length >= 2) yield chunk;
    else {
      start = Buffer.concat([start, chunk]);
      if (start.length >= 2) yield assertGzip(name, start);
    }
  }
  if (start.length === 1) assertGzip(name, start);
}

function assertGzip(name: string, start: Buffer): Buffer {
  if (start[0] === 0x1f && start[1] === 0x8b) return start;
  throw domainError(
    "body_malformed",
    `${name} says that it is gzip, and is not: pack it, or send it as text/csv or application/x-ndjson.`,
  );
}

async function* formFiles(
  contentType: string,
  body: AsyncIterable<Uint8Array>,
  given: ImportFormat | undefined,
): AsyncGenerator<SentFile> {
  for await (const { fileName: name, contentType: type, content } of multipartFiles(contentType, body)) {
    const bytes = type === gzipType ? asGzip(name, content) : content;
    yield { name, format: given ?? formats[type] ?? formatOf(name), content: bytes };
  }
}

const create = defineRoute({
  method: "post",
  path: "/v1/events/import",
  tag,
  summary: "Import a file of usage events",
  description:
    "The body is the file, CSV or NDJSON, plain or gzip (by Content-Encoding or as a .gz file), up to 100 MB as sent. It is stored as it comes; a job imports it. " +
    "After a crash the job goes on where it stood, and a file that is sent again counts once. Watch it at Location. " +
    "Several files come as the parts of a form (multipart/form-data), up to 100 with 100 MB in all, are imported in that order with one map, and are watched one by one; " +
    "their names tell their formats.",
  access: "ingest",
  accepts: [...Object.keys(formats), gzipType, "multipart/form-data"],
  upload: true,
  bodyLimit: IMPORT_BYTES_MAX,
  idempotent: false,
  query: z.strictObject({
    map: text(10_000)
      .optional()
      .describe(
        "field=column,...: where the event's fields come from; :text is a constant, in NDJSON a.b is a path. Default: the API's own names",
      ),
    timezone: timezoneName.optional().describe("Of times without offset"),
    format: z
      .enum(["csv", "ndjson"])
      .optional()
      .describe("Default: by Content-Type; needed for application/gzip"),
    file_name: text(255).optional().describe("For people, and in rejects"),
  }),
  response: {
    status: 202,
    schema: z.object({ job_id: z.string(), import_id: z.string() }).meta({ id: "RequestedImport" }),
    headers: { Location: "The import" },
  },
  errors: ["import_map_invalid", "timezone_unknown", "body_malformed", "body_too_large", ...storageErrors],
  example: {
    query: {
      map: "customer=org_id,timestamp=ts,event_type=:api_calls,value=n,id=row_id",
      timezone: "Asia/Kolkata",
      file_name: "march.csv",
    },
    response: { job_id: "job_01jq8z5c3e7wq8m2v4t6y9r1p3", import_id: exampleId },
  },
  external: async (api, { query, contentType, scope, upload, header }) => {
    const { map, timezone } = query;
    const isPacked = contentType === gzipType || header("content-encoding")?.toLowerCase() === "gzip";
    const body = isPacked ? asGzip("The body", upload) : upload;
    const files =
      contentType === "multipart/form-data"
        ? formFiles(header("content-type") ?? "", body, query.format)
        : oneFile(contentType, body, query);
    const { importId, jobId } = await requestImport(api.deps, scope, { map, timezone, files });
    const id = publicId("event_import", importId);
    return {
      body: { job_id: publicId("job", jobId), import_id: id },
      headers: { Location: `/v1/events/imports/${id}` },
    };
  },
});

const list = defineRoute({
  method: "get",
  path: "/v1/events/imports",
  tag,
  summary: "List imports",
  access: "ingest",
  query: z.strictObject({ ...pageFields, state: eventImportState.optional() }),
  response: { status: 200, schema: listOf(eventImportWire) },
  errors: [],
  example: { query: { state: "running" } },
  transaction: async (tx, { query }) => {
    const page = pageQuery("event_import", query, defined({ state: query.state }));
    return listAnswer("event_import", await listEventImports(tx, page), presentEventImport);
  },
});

const get = defineRoute({
  method: "get",
  path: "/v1/events/imports/{id}",
  tag,
  summary: "Watch an import",
  access: "ingest",
  params: byId,
  response: { status: 200, schema: eventImportDetailWire },
  errors: ["import_not_found"],
  example: { params: { id: exampleId } },
  transaction: async (tx, { params }) => {
    const row = await requireImport(tx, params.id);
    const rejects = await listImportRejects(tx, row.id, { after: 0, limit: FIRST_REJECTS });
    return { body: presentEventImportDetail(row, rejects) };
  },
});

const rejects = defineRoute({
  method: "get",
  path: "/v1/events/imports/{id}/rejects",
  tag,
  summary: "Download the rows that an import did not take",
  description:
    "NDJSON in the order of the file, each row with line, field and reason. 10,000 at a time: a Link header names the next ones.",
  access: "ingest",
  params: byId,
  query: z.strictObject({
    after: z.coerce.number().int().min(0).default(0).describe("How many to leave out"),
  }),
  response: {
    status: 200,
    contentTypes: ["application/x-ndjson"],
    headers: { Link: "The next ones, when there are more" },
  },
  errors: ["import_not_found"],
  example: { params: { id: exampleId } },
  transaction: async (tx, { params, query }) => {
    const row = await requireImport(tx, params.id);
    const { after } = query;
    const lines = await listImportRejects(tx, row.id, { after, limit: REJECTS_PAGE });
    const next = after + lines.length;
    const more = next < Number(row.rejected);
    const path = `/v1/events/imports/${publicId("event_import", row.id)}/rejects?after=${next}`;
    return {
      content: lines.map((line) => `${line}\n`).join(""),
      contentType: "application/x-ndjson",
      headers: more ? { Link: `<${path}>; rel="next"` } : {},
    };
  },
});

/** @throws DomainError import_not_found */
async function requireImport(tx: Tx, text: string): Promise<EventImportRow> {
  const id = parsePublicId("event_import", text);
  const row = id === null ? null : await findEventImport(tx, id);
  if (row === null) throw domainError("import_not_found", `There is no import ${JSON.stringify(text)}.`);
  return row;
}

export const eventImportRoutes: readonly Route[] = [create, list, get, rejects];
