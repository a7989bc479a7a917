import { Readable } from "node:stream";
import MailComposer from "nodemailer/lib/mail-composer";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { type DomainError, domainError } from "#libs/core/errors.ts";
import {
  attachmentName,
  extraHeaders,
  headerText,
  messageIdHeader,
  parseAddress,
  parseBareAddress,
} from "./mail-header.ts";
import type { Mailer, MailResult, OutgoingMail } from "./mailer.ts";

export type SmtpConfig = {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  /** True: TLS from the start on port 465, STARTTLS required elsewhere. False: never encrypted. */
  readonly tls: boolean;
  readonly from: string;
  readonly timeoutMs?: number;
};

/** A mailer for one SMTP server, one connection a mail. See `Mailer` for what it promises. */
export function createSmtpMailer(config: SmtpConfig): Mailer {
  return {
    send: (mail) => sendMail(config, mail),
    verify: () => withConnection(config, async () => undefined),
  };
}

async function sendMail(config: SmtpConfig, mail: OutgoingMail): Promise<MailResult> {
  const from = parseAddress(mail.from ?? config.from);
  const to = parseBareAddress(mail.to);
  const content = await composeMail(mail, from);
  return withConnection(config, (connection) => transfer(connection, { from: from.address, to }, content));
}

async function composeMail(mail: OutgoingMail, from: ReturnType<typeof parseAddress>): Promise<Buffer> {
  const composer = new MailComposer({
    from,
    to: mail.to,
    messageId: messageIdHeader(mail.messageId),
    subject: headerText(mail.subject),
    html: mail.html,
    text: mail.text,
    headers: extraHeaders(mail.headers),
    disableFileAccess: true,
    disableUrlAccess: true,
    attachments: mail.attachments.map((attachment) => ({
      filename: attachmentName(attachment.filename),
      contentType: attachment.contentType,
      content: Buffer.from(attachment.bytes),
    })),
  });
  return composer.compile().build();
}

/**
 * The message is read only once the server has said yes to DATA; from then on a lost connection leaves it
 * unknown whether the mail was taken, unless the server answered with a code.
 */
function transfer(
  connection: SMTPConnection,
  envelope: { readonly from: string; readonly to: string },
  content: Buffer,
): Promise<MailResult> {
  let handedOver = false;
  const message = new Readable({
    read() {
      handedOver = true;
      this.push(content);
      this.push(null);
    },
  });
  return new Promise((resolve, reject) => {
    connection.send({ ...envelope, size: content.length }, message, (error, info) => {
      if (!error) {
        resolve({ outcome: "accepted", providerId: info?.response ?? "" });
        return;
      }
      if (handedOver && replyCode(error) === null) {
        resolve({ outcome: "unknown", reason: `The connection was lost after DATA: ${error.message}` });
        return;
      }
      reject(refusal(error));
    });
  });
}

async function withConnection<T>(
  config: SmtpConfig,
  work: (connection: SMTPConnection) => Promise<T>,
): Promise<T> {
  const timeoutMs = config.timeoutMs ?? 30_000;
  const connection = new SMTPConnection({
    host: config.host,
    port: config.port,
    secure: config.tls && config.port === 465,
    requireTLS: config.tls && config.port !== 465,
    ignoreTLS: !config.tls,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
  });
  let lose: (error: Error) => void = () => undefined;
  const lost = new Promise<never>((_resolve, reject) => {
    lose = reject;
  });
  lost.catch(() => undefined);
  connection.on("error", (error: Error) => lose(unavailable(config, error)));
  try {
    await Promise.race([openConnection(connection, config), lost]);
    // From here on each command answers through its own callback, which knows how far the mail got.
    return await work(connection);
  } finally {
    connection.quit();
  }
}

async function openConnection(connection: SMTPConnection, config: SmtpConfig): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error ? reject(unavailable(config, error)) : resolve()));
  });
  const { username, password } = config;
  if (username === undefined) return;
  await new Promise<void>((resolve, reject) => {
    connection.login({ credentials: { user: username, pass: password ?? "" } }, (error) =>
      error ? reject(unavailable(config, error)) : resolve(),
    );
  });
}

function unavailable(config: SmtpConfig, error: Error): DomainError {
  return domainError("mail_unavailable", `${config.host}:${config.port} took no mail: ${error.message}`);
}

/** 5xx is for good; 4xx, and a connection lost before the mail was handed over, may be tried again. */
function refusal(error: Error): DomainError {
  const code = replyCode(error);
  const isForGood = code === null ? errorCode(error) === "EMESSAGE" : code >= 500;
  return domainError(
    isForGood ? "mail_rejected" : "mail_unavailable",
    `The mail server took no mail: ${error.message}`,
  );
}

function replyCode(error: Error): number | null {
  return "responseCode" in error && typeof error.responseCode === "number" ? error.responseCode : null;
}

function errorCode(error: Error): string | null {
  return "code" in error && typeof error.code === "string" ? error.code : null;
}
