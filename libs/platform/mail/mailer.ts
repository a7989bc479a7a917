export type MailAttachment = {
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
};

export type OutgoingMail = {
  /** `local@domain` without angle brackets, made from business facts: the same mail has the same one on every try. */
  readonly messageId: string;
  /** One address, without a name. */
  readonly to: string;
  /** `a@b` or `Name <a@b>`; unset: the mailer's own sender. */
  readonly from?: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly attachments: readonly MailAttachment[];
  /** More headers, such as `X-Billwright-Invoice`. */
  readonly headers?: Readonly<Record<string, string>>;
};

/**
 * `accepted`: the provider has taken the mail over. `unknown`: the connection was lost after the mail was handed
 * over and before the answer came; it may or may not arrive, so it must not be sent again by itself.
 */
export type MailResult =
  | { readonly outcome: "accepted"; readonly providerId: string }
  | { readonly outcome: "unknown"; readonly reason: string };

export type Mailer = {
  /**
   * Hands one mail to the provider, once; never retries.
   * @throws DomainError mail_unavailable (surely not sent, may be tried again), mail_rejected (refused for good)
   */
  readonly send: (mail: OutgoingMail) => Promise<MailResult>;
  /**
   * Asks whether the provider is there and takes our credentials; sends nothing.
   * @throws DomainError mail_unavailable
   */
  readonly verify: () => Promise<void>;
};
