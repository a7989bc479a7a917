import { join } from "node:path";
import { openNdjsonLog } from "./ndjson-log.ts";
import { randomId } from "./random-id.ts";

type SandboxPart = "stripe" | "smtp" | "sendgrid" | "s3" | "webhook";

/**
 * One request as the sandbox saw it. `effect` says whether it changed the provider's world (an object
 * written, a mail accepted, an object stored); `status` is what was answered, null when the connection was cut.
 */
export type JournalEntry = {
  readonly seq: number;
  readonly id: string;
  readonly at: string;
  readonly service: SandboxPart;
  /** Stripe's account that the key is of; "" for one that names none, and for the other services. */
  readonly account: string;
  readonly method: string;
  readonly path: string;
  readonly idempotency_key: string | null;
  readonly request_id: string | null;
  readonly status: number | null;
  readonly effect: boolean;
  readonly replayed: boolean;
  readonly fault: string | null;
  readonly objects: readonly string[];
  readonly summary: unknown;
};

export type JournalDraft = Omit<JournalEntry, "seq">;

type JournalFilter = { readonly service?: string; readonly since?: string };

/** The ground truth of effects. Only grows. */
export type Journal = {
  /** Writes the entry unless it is there already (same id), and returns after it is on file. */
  readonly record: (draft: JournalDraft) => void;
  readonly entries: (filter: JournalFilter) => readonly JournalEntry[];
  readonly length: () => number;
};

/** Opens `journal.ndjson` in the data directory. */
export function openJournal(dataDir: string): Journal {
  const entries: JournalEntry[] = [];
  const known = new Set<string>();
  const keep = (entry: JournalEntry): void => {
    entries.push(entry);
    known.add(entry.id);
  };
  const log = openNdjsonLog<JournalEntry>(join(dataDir, "journal.ndjson"), keep);
  return {
    record: (draft) => {
      if (known.has(draft.id)) return;
      const entry: JournalEntry = { seq: entries.length + 1, ...draft };
      log.append(entry);
      keep(entry);
    },
    entries: (filter) => entries.filter((entry) => isWanted(entry, filter)),
    length: () => entries.length,
  };
}

function isWanted(entry: JournalEntry, { service, since }: JournalFilter): boolean {
  if (service !== undefined && entry.service !== service) return false;
  if (since === undefined) return true;
  if (/^\d+$/.test(since)) return entry.seq > Number(since);
  return Date.parse(entry.at) >= Date.parse(since);
}

const nothing = {
  account: "",
  idempotency_key: null,
  request_id: null,
  status: null,
  effect: false,
  replayed: false,
  fault: null,
};

/** A journal entry for `what`, stamped with the real time. */
export function draftJournalEntry(
  what: Pick<JournalDraft, "service" | "method" | "path"> & Partial<JournalDraft>,
): JournalDraft {
  return {
    id: randomId("jr_"),
    at: new Date().toISOString(),
    ...nothing,
    objects: [],
    summary: null,
    ...what,
  };
}

/** Shortens a request body for the journal: strings to 200 characters, the whole to about 2,000. */
export function summarizeBody(value: unknown): unknown {
  const text = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "string" && part.length > 200
      ? `${part.slice(0, 200)}... (${part.length} characters)`
      : part,
  );
  if (text === undefined) return null;
  return text.length <= 2000
    ? (JSON.parse(text) as unknown)
    : `${text.slice(0, 2000)}... (${text.length} characters)`;
}
