import { domainError } from "#libs/core/errors.ts";

export type MailAddress = { readonly address: string; readonly name: string };

/** One line of a header: control characters, line breaks among them, become blanks, so a name cannot add a header. */
export function headerText(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

/**
 * Reads `a@b` or `Name <a@b>`: exactly one address.
 * @throws DomainError mail_rejected
 */
export function parseAddress(text: string): MailAddress {
  const named = /^(.*)<([^<>]*)>$/s.exec(text.trim());
  const name = headerText((named?.[1] ?? "").trim().replace(/^"(.*)"$/s, "$1"));
  return { address: parseBareAddress(named?.[2] ?? text), name };
}

/**
 * Reads `a@b` and nothing else: no name, no list, no blanks, no brackets, no line breaks.
 * @throws DomainError mail_rejected
 */
export function parseBareAddress(text: string): string {
  const address = text.trim();
  if (/^[^\s@<>(),;:"\\[\]\p{Cc}]{1,64}@[^\s@<>(),;:"\\[\]\p{Cc}]{1,255}$/u.test(address)) return address;
  throw domainError(
    "mail_rejected",
    `${JSON.stringify(text)} is not one mail address such as "ap@example.com".`,
  );
}

/**
 * Names of additional headers must be plain and not one that the mailer sets itself; values become one line.
 * @throws DomainError mail_rejected
 */
export function extraHeaders(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  const reserved =
    /^(to|cc|bcc|from|sender|reply-to|subject|date|message-id|mime-version|content-.*|received|x-sg-.*|authorization|host|connection|transfer-encoding|accept.*|user-agent|on-behalf-of)$/i;
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (!/^[A-Za-z][A-Za-z0-9-]{0,75}$/.test(name) || reserved.test(name)) {
        throw domainError("mail_rejected", `${JSON.stringify(name)} is not a header that a mail may add.`);
      }
      if (!/^[\x20-\x7e\s]*$/.test(value)) {
        throw domainError(
          "mail_rejected",
          `The header ${name} may hold ASCII only, not ${JSON.stringify(value)}.`,
        );
      }
      return [name, headerText(value)];
    }),
  );
}

/**
 * `<local@domain>` for the Message-ID header.
 * @throws DomainError mail_rejected
 */
export function messageIdHeader(messageId: string): string {
  if (!/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+$/.test(messageId) || messageId.length > 250) {
    throw domainError(
      "mail_rejected",
      `${JSON.stringify(messageId)} is not a message id such as "a.b@example.com".`,
    );
  }
  return `<${messageId}>`;
}

/** A file name that is one plain name, without folders. */
export function attachmentName(filename: string): string {
  return headerText(filename).replace(/[\\/]/g, "_");
}
