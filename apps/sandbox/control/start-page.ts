import { escapeHtml, type HttpAnswer, pageAnswer } from "../http/http-exchange.ts";
import type { JournalEntry } from "../journal.ts";

type StartPageFacts = {
  readonly smtpPort: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly mails: number;
  readonly faults: number;
  readonly webhookUrl: string | null;
  readonly pendingWebhooks: number;
  readonly now: Date;
  /** Newest first. */
  readonly latest: readonly JournalEntry[];
};

/** The sandbox's page at `/`: what runs where, and the last requests. */
export function startPage(facts: StartPageFacts): HttpAnswer {
  const counts = Object.entries(facts.counts).map(([name, count]) => `${count} ${name.replace("_", " ")}`);
  const rows: readonly (readonly [string, string])[] = [
    [
      "Stripe",
      `<code>/v1/*</code>, keys that start with <code>sk_test_</code>: ${escapeHtml(counts.join(", "))}`,
    ],
    ["SendGrid", "<code>/v3/mail/send</code>, keys that start with <code>SG.</code>"],
    ["SMTP", `127.0.0.1:${facts.smtpPort}, any login or none`],
    ["S3", "<code>/s3/</code>, path style"],
    ["Mailbox", `<a href="/mailbox">${facts.mails} messages</a>`],
    [
      "Webhooks",
      `${escapeHtml(facts.webhookUrl ?? "no endpoint set")}, ${facts.pendingWebhooks} on their way`,
    ],
    ["Faults", `<a href="/_sandbox/faults">${facts.faults} set</a>`],
    ["Clock", escapeHtml(facts.now.toISOString())],
    ["Journal", '<a href="/_sandbox/journal">every request</a>'],
  ];
  const list = rows.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join("");
  return pageAnswer(
    200,
    "Billwright sandbox",
    `<p>Stand-ins for providers, for the demo and the tests. No money moves and no mail leaves this machine.</p>
<dl>${list}</dl><h2>Last requests</h2>${journalTable(facts.latest)}`,
  );
}

function journalTable(entries: readonly JournalEntry[]): string {
  if (entries.length === 0) return '<p class="empty">Nothing has been asked yet.</p>';
  const rows = entries.map(
    (entry) => `<tr><td class="time">${escapeHtml(entry.at.slice(11, 19))}</td><td>${entry.service}</td>
<td>${escapeHtml(`${entry.method} ${entry.path}`)}</td><td>${entry.status ?? "cut"}</td>
<td>${entry.replayed ? "replayed" : entry.effect ? "took effect" : ""}</td></tr>`,
  );
  return `<table><tr><th>At</th><th>Part</th><th>Request</th><th>Answer</th><th></th></tr>${rows.join("")}</table>`;
}
