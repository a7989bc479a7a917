import type { Mailer } from "./mailer.ts";
import { createSendGridMailer, type SendGridConfig } from "./sendgrid-mailer.ts";
import { createSmtpMailer, type SmtpConfig } from "./smtp-mailer.ts";

export type MailConfig =
  | ({ readonly kind: "smtp" } & SmtpConfig)
  | ({ readonly kind: "sendgrid" } & SendGridConfig);

/** Makes the mailer that the configuration names. Connects only when asked to send or verify. */
export function createMailer(config: MailConfig): Mailer {
  switch (config.kind) {
    case "smtp":
      return createSmtpMailer(config);
    case "sendgrid":
      return createSendGridMailer(config);
  }
}
