import sendGridMail from "@sendgrid/mail";
import { domainError } from "#libs/core/errors.ts";
import {
  attachmentName,
  extraHeaders,
  headerText,
  messageIdHeader,
  parseAddress,
  parseBareAddress,
} from "./mail-header.ts";
import type { Mailer, MailResult, OutgoingMail } from "./mailer.ts";

export type SendGridConfig = {
  readonly apiKey: string;
  /** Another endpoint than SendGrid's own, such as the sandbox. */
  readonly apiBase?: string;
  readonly from: string;
  readonly timeoutMs?: number;
};

/** What the package exports beside its global instance; its own types name the class in a way TypeScript 7 refuses. */
type SendGridMail = typeof sendGridMail & {
  readonly client: {
    readonly setDefaultRequest: (request: { readonly baseUrl: string }) => unknown;
    readonly setDefaultHeader: (name: string, value: string) => unknown;
    readonly request: (request: { readonly method: "GET"; readonly url: string }) => Promise<unknown>;
  };
};
const { MailService: SendGridMail } = sendGridMail as unknown as {
  readonly MailService: new () => SendGridMail;
};

/** A mailer for one SendGrid account; several live side by side, nothing is shared. See `Mailer`. */
export function createSendGridMailer(config: SendGridConfig): Mailer {
  const sendGrid = new SendGridMail();
  // Not setApiKey: it warns on the console about keys without SendGrid's prefix, such as the sandbox's.
  sendGrid.client.setDefaultHeader("Authorization", `Bearer ${config.apiKey}`);
  sendGrid.client.setDefaultRequest({ baseUrl: config.apiBase ?? "https://api.sendgrid.com/" });
  sendGrid.setTimeout(config.timeoutMs ?? 30_000);
  return {
    send: async (mail) => {
      const data = requestOf(mail, config);
      try {
        const [response] = await sendGrid.send(data);
        return { outcome: "accepted", providerId: String(response.headers["x-message-id"] ?? "") };
      } catch (error) {
        return resultOfFailure(error);
      }
    },
    verify: async () => {
      try {
        await sendGrid.client.request({ method: "GET", url: "/v3/scopes" });
      } catch (error) {
        throw domainError("mail_unavailable", `SendGrid did not answer as it should: ${reasonOf(error)}`);
      }
    },
  };
}

function requestOf(mail: OutgoingMail, config: SendGridConfig) {
  const from = parseAddress(mail.from ?? config.from);
  return {
    from: from.name === "" ? { email: from.address } : { email: from.address, name: from.name },
    to: { email: parseBareAddress(mail.to) },
    subject: headerText(mail.subject),
    text: mail.text,
    html: mail.html,
    headers: { ...extraHeaders(mail.headers), "Message-ID": messageIdHeader(mail.messageId) },
    customArgs: { billwright_message_id: mail.messageId },
    // A link with a payment token must reach the customer as it is, and nobody else.
    trackingSettings: {
      clickTracking: { enable: false, enableText: false },
      openTracking: { enable: false },
    },
    attachments: mail.attachments.map((attachment) => ({
      filename: attachmentName(attachment.filename),
      type: attachment.contentType,
      content: Buffer.from(attachment.bytes).toString("base64"),
      disposition: "attachment",
    })),
  };
}

/** Failures before a byte of the request left us. */
const neverSent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_HAS_EXPIRED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** A refusal is an answer; 500, 502 and 504 come from behind the point where the mail may have been taken. */
function resultOfFailure(error: unknown): MailResult {
  const code = codeOf(error);
  const reason = reasonOf(error);
  if (typeof code === "number") {
    if (code === 500 || code === 502 || code === 504)
      return { outcome: "unknown", reason: `SendGrid said ${reason}` };
    const isTemporary = code === 401 || code === 403 || code === 408 || code === 429 || code > 500;
    throw domainError(isTemporary ? "mail_unavailable" : "mail_rejected", `SendGrid took no mail: ${reason}`);
  }
  if (code !== null && neverSent.has(code)) {
    throw domainError("mail_unavailable", `SendGrid cannot be reached: ${reason}`);
  }
  return { outcome: "unknown", reason: `The request was sent and no answer came: ${reason}` };
}

function codeOf(error: unknown): number | string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  return typeof error.code === "number" || typeof error.code === "string" ? error.code : null;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const body = "response" in error ? (error.response as { body?: unknown } | undefined)?.body : undefined;
  const told = body === undefined ? "" : ` ${JSON.stringify(body).slice(0, 500)}`;
  return `${codeOf(error) ?? ""} ${error.message}${told}`.trim();
}
