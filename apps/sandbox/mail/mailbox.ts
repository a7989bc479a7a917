import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import PostalMime from "postal-mime";
import type { Journal, JournalDraft } from "../journal.ts";
import { randomId } from "../random-id.ts";

/** A received message as `/mailbox.json` lists it. */
export type MailSummary = {
  readonly id: string;
  readonly received_at: string;
  readonly via: "smtp" | "sendgrid";
  readonly from: string;
  /** The envelope's recipients. */
  readonly to: readonly string[];
  readonly subject: string;
  readonly message_id: string | null;
  readonly bytes: number;
  readonly attachments: readonly {
    readonly filename: string;
    readonly mime_type: string;
    readonly bytes: number;
  }[];
};

type Attachment = { readonly filename: string; readonly mimeType: string; readonly content: Buffer };

export type Mail = {
  readonly summary: MailSummary;
  readonly headers: readonly { readonly key: string; readonly value: string }[];
  readonly html: string | null;
  readonly text: string | null;
  readonly attachments: readonly (Attachment & { readonly contentId: string | null })[];
};

type Delivery = {
  readonly via: MailSummary["via"];
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: Buffer;
  readonly journal: JournalDraft;
};

/** Everything that was accepted, kept as `.eml` with a `.json` beside it. */
export type Mailbox = {
  /** Keeps the message and writes its journal entry; both are on file when it resolves. */
  readonly deliver: (delivery: Delivery) => Promise<MailSummary>;
  /** Newest first. */
  readonly list: () => readonly MailSummary[];
  readonly read: (id: string) => Promise<Mail | undefined>;
  readonly raw: (id: string) => Buffer | undefined;
};

type Stored = { readonly summary: MailSummary; readonly journal: JournalDraft };

/** Opens `mail/` in the data directory. A message counts once its `.json` is there. */
export function openMailbox(dataDir: string, journal: Journal): Mailbox {
  const folder = join(dataDir, "mail");
  mkdirSync(folder, { recursive: true });
  const mails: MailSummary[] = [];
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()) {
    const stored = JSON.parse(readFileSync(join(folder, name), "utf8")) as Stored;
    mails.push(stored.summary);
    journal.record(stored.journal);
  }
  mails.sort((a, b) => (a.received_at < b.received_at ? -1 : 1));
  const raw = (id: string): Buffer | undefined =>
    mails.some((mail) => mail.id === id) ? readFileSync(join(folder, `${id}.eml`)) : undefined;
  return {
    deliver: async (delivery) => {
      const summary = await summarize(delivery);
      const entry = {
        ...delivery.journal,
        objects: [summary.id],
        summary: { ...summary, attachments: summary.attachments.length },
      };
      writeFileSync(join(folder, `${summary.id}.eml`), delivery.raw);
      const draft = join(folder, `${summary.id}.tmp`);
      writeFileSync(draft, JSON.stringify({ summary, journal: entry } satisfies Stored));
      renameSync(draft, join(folder, `${summary.id}.json`));
      mails.push(summary);
      journal.record(entry);
      return summary;
    },
    list: () => [...mails].reverse(),
    raw,
    read: async (id) => {
      const summary = mails.find((mail) => mail.id === id);
      const bytes = raw(id);
      return summary === undefined || bytes === undefined ? undefined : parse(summary, bytes);
    },
  };
}

async function summarize(delivery: Delivery): Promise<MailSummary> {
  const mail = await PostalMime.parse(delivery.raw);
  return {
    id: randomId("mail_"),
    received_at: new Date().toISOString(),
    via: delivery.via,
    from: delivery.from,
    to: delivery.to,
    subject: mail.subject ?? "",
    message_id: mail.messageId ?? null,
    bytes: delivery.raw.length,
    attachments: mail.attachments.map((attachment) => ({
      filename: attachment.filename ?? "unnamed",
      mime_type: attachment.mimeType,
      bytes: bytesOf(attachment.content).length,
    })),
  };
}

async function parse(summary: MailSummary, raw: Buffer): Promise<Mail> {
  const mail = await PostalMime.parse(raw);
  return {
    summary,
    headers: mail.headers.map(({ key, value }) => ({ key, value })),
    html: mail.html ?? null,
    text: mail.text ?? null,
    attachments: mail.attachments.map((attachment) => ({
      filename: attachment.filename ?? "unnamed",
      mimeType: attachment.mimeType,
      content: bytesOf(attachment.content),
      contentId: attachment.contentId ?? null,
    })),
  };
}

function bytesOf(content: ArrayBuffer | Uint8Array | string): Buffer {
  if (typeof content === "string") return Buffer.from(content);
  return content instanceof Uint8Array ? Buffer.from(content) : Buffer.from(new Uint8Array(content));
}
