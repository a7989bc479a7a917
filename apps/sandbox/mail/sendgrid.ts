import nodemailer from "nodemailer";
import { z } from "zod";
import { type Fault, type Faults, pause } from "../faults.ts";
import {
  type HttpHandler,
  type HttpReply,
  type HttpRequest,
  headerOf,
  jsonAnswer,
} from "../http/http-exchange.ts";
import { draftJournalEntry, type Journal, summarizeBody } from "../journal.ts";
import { randomId } from "../random-id.ts";
import type { Mailbox } from "./mailbox.ts";

const address = z.object({ email: z.email(), name: z.string().optional() });
const addresses = z.array(address).max(1000);
const texts = z.record(z.string(), z.string());

const mailSend = z.object({
  personalizations: z
    .array(
      z.object({
        to: addresses.min(1),
        cc: addresses.optional(),
        bcc: addresses.optional(),
        subject: z.string().optional(),
        headers: texts.optional(),
        custom_args: texts.optional(),
      }),
    )
    .min(1)
    .max(1000),
  from: address,
  reply_to: address.optional(),
  subject: z.string().optional(),
  content: z.array(z.object({ type: z.string().min(1), value: z.string().min(1) })).min(1),
  attachments: z
    .array(
      z.object({
        content: z.base64().min(1),
        filename: z.string().min(1),
        type: z.string().optional(),
        disposition: z.enum(["attachment", "inline"]).optional(),
        content_id: z.string().optional(),
      }),
    )
    .optional(),
  headers: texts.optional(),
  custom_args: texts.optional(),
  categories: z.array(z.string()).optional(),
});

type MailSend = z.infer<typeof mailSend>;
type Personalization = MailSend["personalizations"][number];

type SendgridDeps = { readonly mailbox: Mailbox; readonly faults: Faults; readonly journal: Journal };

/** `POST /v3/mail/send`: every personalization becomes one message in the mailbox. */
export function sendgridHandler(deps: SendgridDeps): HttpHandler {
  return async (request) => {
    const fault = deps.faults.take("sendgrid", request.method, request.path);
    if (fault?.action === "delay") await pause(fault.delayMs ?? 1_000);
    const refuse = (status: number | null, body: unknown): HttpReply => {
      deps.journal.record(journalOf(request, fault, status, false));
      return status === null ? "cut" : jsonAnswer(status, body);
    };
    if (fault?.action === "cut") return refuse(null, null);
    if (fault?.action === "status")
      return refuse(fault.status ?? 500, errors("Injected by a sandbox fault", null));
    if (!/^Bearer SG\..+/.test(headerOf(request, "authorization") ?? "")) {
      return refuse(401, errors("The provided authorization grant is invalid, expired, or revoked", null));
    }
    const parsed = parseBody(request.body);
    if ("refusal" in parsed) return refuse(400, parsed.refusal);
    return accept(deps, request, parsed.mail, fault);
  };
}

async function accept(
  deps: SendgridDeps,
  request: HttpRequest,
  mail: MailSend,
  fault: Fault | undefined,
): Promise<HttpReply> {
  const id = randomId("", 22);
  const isAfter = fault?.action === "after-commit";
  const sent = isAfter ? (fault.status ?? null) : 202;
  for (const personalization of mail.personalizations) {
    const raw = await compose(mail, personalization, id);
    const to = [...personalization.to, ...(personalization.cc ?? []), ...(personalization.bcc ?? [])].map(
      ({ email }) => email,
    );
    const journal = journalOf(request, fault, sent, true);
    await deps.mailbox.deliver({ via: "sendgrid", from: mail.from.email, to, raw, journal });
  }
  if (isAfter && fault.delayMs !== undefined) await pause(fault.delayMs);
  if (sent === null) return "cut";
  if (isAfter) return jsonAnswer(sent, errors("Injected by a sandbox fault", null));
  return { status: 202, headers: { "x-message-id": id }, body: "" };
}

async function compose(mail: MailSend, personalization: Personalization, id: string): Promise<Buffer> {
  const transport = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: "windows" });
  const headers = { ...mail.headers, ...personalization.headers };
  const ownId = Object.entries(headers).find(([name]) => name.toLowerCase() === "message-id")?.[1];
  const contentOf = (type: string): string | undefined =>
    mail.content.find((content) => content.type === type)?.value;
  const info = await transport.sendMail({
    from: mailAddress(mail.from),
    to: personalization.to.map(mailAddress),
    cc: (personalization.cc ?? []).map(mailAddress),
    ...(mail.reply_to === undefined ? {} : { replyTo: mailAddress(mail.reply_to) }),
    subject: personalization.subject ?? mail.subject ?? "",
    text: contentOf("text/plain"),
    html: contentOf("text/html"),
    messageId: ownId ?? `<${id}@sandbox.sendgrid.invalid>`,
    headers: Object.entries(headers)
      .filter(([name]) => name.toLowerCase() !== "message-id")
      .map(([key, value]) => ({ key, value })),
    attachments: (mail.attachments ?? []).map((attachment) => ({
      filename: attachment.filename,
      content: Buffer.from(attachment.content, "base64"),
      ...(attachment.type === undefined ? {} : { contentType: attachment.type }),
      ...(attachment.disposition === undefined ? {} : { contentDisposition: attachment.disposition }),
      ...(attachment.content_id === undefined ? {} : { cid: attachment.content_id }),
    })),
  });
  if (Buffer.isBuffer(info.message)) return info.message;
  throw new Error("the composer gave a stream where a buffer was asked for");
}

function mailAddress({ email, name }: z.infer<typeof address>): { address: string; name: string } {
  return { address: email, name: name ?? "" };
}

function parseBody(body: Buffer): { readonly mail: MailSend } | { readonly refusal: unknown } {
  let json: unknown;
  try {
    json = JSON.parse(body.toString("utf8"));
  } catch {
    return { refusal: errors("Bad Request: the body is not JSON", null) };
  }
  const parsed = mailSend.safeParse(json);
  if (!parsed.success) {
    const found = parsed.error.issues.map(({ message, path }) => ({
      message,
      field: path.join("."),
      help: null,
    }));
    return { refusal: { errors: found } };
  }
  const untitled = parsed.data.personalizations.some(
    ({ subject }) => (subject ?? parsed.data.subject ?? "") === "",
  );
  return untitled ? { refusal: errors("The subject is required.", "subject") } : { mail: parsed.data };
}

function errors(message: string, field: string | null): unknown {
  return { errors: [{ message, field, help: null }] };
}

function journalOf(request: HttpRequest, fault: Fault | undefined, status: number | null, effect: boolean) {
  return draftJournalEntry({
    service: "sendgrid",
    method: request.method,
    path: request.path,
    status,
    effect,
    fault: fault?.id ?? null,
    summary: summarizeBody(request.body.toString("utf8", 0, 500)),
  });
}
