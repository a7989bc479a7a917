import {
  escapeHtml,
  type HttpAnswer,
  type HttpReply,
  type HttpRequest,
  jsonAnswer,
  pageAnswer,
} from "../http/http-exchange.ts";
import type { Mail, Mailbox, MailSummary } from "./mailbox.ts";

/** A link in a mail opens in a tab of its own; nothing else is allowed to the mail. */
const mayOpenLinks = "allow-popups allow-popups-to-escape-sandbox";

/** `/mailbox`, `/mailbox.json` and what hangs below: messages, their HTML, source and attachments. */
export async function answerMailbox(mailbox: Mailbox, request: HttpRequest): Promise<HttpReply> {
  if (request.method !== "GET" && request.method !== "HEAD")
    return jsonAnswer(405, { error: "The mailbox is read only." });
  if (request.path === "/mailbox.json") return jsonAnswer(200, listOf(mailbox, request));
  const [id, part, index] = request.path.split("/").slice(2);
  if (id === undefined || id === "") return listPage(mailbox.list());
  const mail = await mailbox.read(id.replace(/\.json$/, ""));
  if (mail === undefined) return pageAnswer(404, "No such message", '<p><a href="/mailbox">Mailbox</a></p>');
  if (id.endsWith(".json")) return jsonAnswer(200, mailAsJson(mail));
  if (part === undefined) return mailPage(mail);
  if (part === "html") return htmlBody(mail);
  if (part === "source") return download(`${id}.eml`, "message/rfc822", mailbox.raw(id) ?? Buffer.alloc(0));
  const attachment = part === "attachments" ? mail.attachments[Number(index)] : undefined;
  if (attachment === undefined) return jsonAnswer(404, { error: "No such part of the message." });
  return download(attachment.filename, attachment.mimeType, attachment.content);
}

/** Newest first; `?to=` keeps one recipient, `?subject=` a part of the subject. */
function listOf(
  mailbox: Mailbox,
  request: HttpRequest,
): { length: number; messages: readonly MailSummary[] } {
  const to = request.query.get("to");
  const subject = request.query.get("subject");
  const messages = mailbox
    .list()
    .filter((mail) => to === null || mail.to.includes(to))
    .filter((mail) => subject === null || mail.subject.includes(subject));
  return { length: messages.length, messages };
}

function mailAsJson(mail: Mail): unknown {
  const attachments = mail.attachments.map((attachment, index) => ({
    filename: attachment.filename,
    mime_type: attachment.mimeType,
    bytes: attachment.content.length,
    url: `/mailbox/${mail.summary.id}/attachments/${index}`,
  }));
  return { ...mail.summary, headers: mail.headers, text: mail.text, html: mail.html, attachments };
}

function listPage(mails: readonly MailSummary[]): HttpAnswer {
  if (mails.length === 0) return pageAnswer(200, "Mailbox", '<p class="empty">No mail has arrived yet.</p>');
  const rows = mails
    .map(
      (mail) => `<tr><td class="time">${escapeHtml(mail.received_at.slice(0, 19).replace("T", " "))}</td>
<td><a href="/mailbox/${mail.id}">${escapeHtml(mail.subject === "" ? "(no subject)" : mail.subject)}</a></td>
<td>${escapeHtml(mail.to.join(", "))}</td><td>${escapeHtml(mail.from)}</td>
<td>${mail.attachments.map(({ filename }) => escapeHtml(filename)).join("<br>")}</td></tr>`,
    )
    .join("");
  return pageAnswer(
    200,
    `Mailbox (${mails.length})`,
    `<table><tr><th>Received (UTC)</th><th>Subject</th><th>To</th><th>From</th><th>Attachments</th></tr>${rows}</table>`,
  );
}

function mailPage(mail: Mail): HttpAnswer {
  const { summary } = mail;
  const attachments = mail.attachments
    .map(
      ({ filename, content }, index) =>
        `<a href="/mailbox/${summary.id}/attachments/${index}">${escapeHtml(filename)}</a> (${content.length} bytes)`,
    )
    .join("<br>");
  const facts: readonly (readonly [string, string])[] = [
    ["From", escapeHtml(summary.from)],
    ["To", escapeHtml(summary.to.join(", "))],
    ["Received", escapeHtml(`${summary.received_at} by ${summary.via}`)],
    ["Message-ID", escapeHtml(summary.message_id ?? "none")],
    ["Attachments", attachments === "" ? "none" : attachments],
    ["Source", `<a href="/mailbox/${summary.id}/source">download</a>`],
  ];
  const list = facts.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join("");
  const html =
    mail.html === null
      ? ""
      : `<h2>HTML</h2><iframe sandbox="${mayOpenLinks}" title="HTML body" src="/mailbox/${summary.id}/html"></iframe>`;
  const text = mail.text === null ? "" : `<h2>Text</h2><pre>${escapeHtml(mail.text)}</pre>`;
  const title = summary.subject === "" ? "(no subject)" : summary.subject;
  return pageAnswer(200, title, `<p><a href="/mailbox">&larr; Mailbox</a></p><dl>${list}</dl>${html}${text}`);
}

/** The HTML of a stranger: no scripts, no network, an origin of its own; inline pictures become data. */
function htmlBody(mail: Mail): HttpAnswer {
  let html = mail.html ?? "";
  for (const { contentId, mimeType, content } of mail.attachments) {
    if (contentId === null) continue;
    const picture = `data:${mimeType};base64,${content.toString("base64")}`;
    html = html.replaceAll(`cid:${contentId.replace(/^<|>$/g, "")}`, picture);
  }
  return {
    status: 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `sandbox ${mayOpenLinks}; default-src 'none'; style-src 'unsafe-inline'; img-src data:`,
      "x-content-type-options": "nosniff",
    },
    body: `<base target="_blank">${html}`,
  };
}

function download(filename: string, mimeType: string, content: Buffer): HttpAnswer {
  return {
    status: 200,
    headers: {
      "content-type": mimeType.replace(/[^\w/.+-]/g, ""),
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(filename)}`,
      "content-security-policy": "sandbox; default-src 'none'",
      "x-content-type-options": "nosniff",
    },
    body: content,
  };
}
