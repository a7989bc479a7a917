import { join } from "node:path";
import type { JournalDraft } from "../journal.ts";
import { openNdjsonLog } from "../ndjson-log.ts";
import { randomId } from "../random-id.ts";
import type { StoredAnswer } from "./idempotency.ts";
import { type Tables, tableNames } from "./stripe-tables.ts";

type TableName = keyof Tables;
export type Write = {
  readonly table: TableName;
  readonly id: string;
  readonly row: Tables[TableName] | null;
};

/** One request's changes as one line of the log: all of it happened, or none. */
export type CommitRecord = {
  readonly writes: readonly Write[];
  readonly answer: StoredAnswer | null;
  readonly journal: JournalDraft | null;
};

/** What caused a change; `hasWebhooks` says whether an endpoint is waiting for its events. */
type RequestOrigin = {
  readonly id: string | null;
  readonly idempotencyKey: string | null;
  readonly hasWebhooks: boolean;
};

/** What a handler reads and writes. Nothing is visible to others before the commit. */
export type StripeTx = {
  /** Seconds since 1970 on the sandbox's clock. */
  readonly now: number;
  readonly request: RequestOrigin;
  readonly get: <K extends TableName>(table: K, id: string) => Tables[K] | undefined;
  /** All rows, oldest first. */
  readonly all: <K extends TableName>(table: K) => Tables[K][];
  readonly put: <K extends TableName>(table: K, row: Tables[K]) => Tables[K];
  readonly remove: (table: TableName, id: string) => void;
  /** Records an event that shows `object` as it is now. */
  readonly emit: (type: string, object: unknown) => void;
};

type OpenTx = { readonly tx: StripeTx; readonly writes: () => readonly Write[] };

export type StripeStore = {
  readonly begin: (now: number, request: RequestOrigin) => OpenTx;
  readonly commit: (record: CommitRecord) => void;
};

export const apiVersion = "2026-10-28.endive";

/** Opens `stripe.ndjson` and replays it; `onRecord` sees every commit, replayed or new. */
export function openStripeStore(
  dataDir: string,
  onRecord: (record: CommitRecord, isReplayed: boolean) => void,
): StripeStore {
  const tables = emptyTables();
  const apply = (record: CommitRecord, isReplayed: boolean): void => {
    for (const write of record.writes) setRow(tables, write);
    onRecord(record, isReplayed);
  };
  const log = openNdjsonLog<CommitRecord>(join(dataDir, "stripe.ndjson"), (record) => apply(record, true));
  return {
    begin: (now, request) => beginTx(tables, now, request),
    commit: (record) => {
      log.append(record);
      apply(record, false);
    },
  };
}

type TableMaps = { readonly [K in TableName]: Map<string, Tables[K]> };

function emptyTables(): TableMaps {
  return Object.fromEntries(tableNames.map((name) => [name, new Map()])) as unknown as TableMaps;
}

function setRow(tables: TableMaps, { table, id, row }: Write): void {
  const rows = tables[table] as Map<string, Tables[TableName]>;
  if (row === null) rows.delete(id);
  else rows.set(id, row);
}

function beginTx(tables: TableMaps, now: number, request: RequestOrigin): OpenTx {
  const staged = new Map<string, Write>();
  const stage = (write: Write): void => {
    staged.set(`${write.table}/${write.id}`, write);
  };
  const tx: StripeTx = {
    now,
    request,
    get: <K extends TableName>(table: K, id: string) => {
      const write = staged.get(`${table}/${id}`);
      return write === undefined
        ? tables[table].get(id)
        : ((write.row ?? undefined) as Tables[K] | undefined);
    },
    all: <K extends TableName>(table: K) => {
      const rows = new Map<string, Tables[K] | null>(tables[table]);
      for (const write of staged.values()) {
        if (write.table === table) rows.set(write.id, write.row as Tables[K] | null);
      }
      return [...rows.values()].filter((row): row is Tables[K] => row !== null);
    },
    put: (table, row) => {
      stage({ table, id: row.id, row });
      return row;
    },
    remove: (table, id) => stage({ table, id, row: null }),
    emit: (type, object) => {
      const id = randomId("evt_");
      const event = {
        id,
        object: "event",
        api_version: apiVersion,
        created: now,
        data: { object },
        livemode: false,
        pending_webhooks: request.hasWebhooks ? 1 : 0,
        request: { id: request.id, idempotency_key: request.idempotencyKey },
        type,
      } as const;
      stage({ table: "event", id, row: event });
    },
  };
  return { tx, writes: () => [...staged.values()] };
}
