import { domainError } from "../errors.ts";

type DateToken = "YYYY" | "YY" | "MM" | "DD" | "YYYYMM";
export type Token =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "date"; readonly token: DateToken }
  | { readonly kind: "prefix" }
  | { readonly kind: "sequence"; readonly pad: number };

/** Which part of the issue date starts a new count; `never` for a template without one. */
export type ResetUnit = "never" | "year" | "month" | "day";

export type NumberTemplate = {
  readonly source: string;
  readonly before: readonly Token[];
  readonly pad: number;
  readonly after: readonly Token[];
  readonly reset: ResetUnit;
};

/** One number but for its count: `prefix` + count padded to `pad` digits + `suffix`. */
export type NumberParts = {
  readonly prefix: string;
  readonly pad: number;
  readonly suffix: string;
  /** Part of the counter's key: `"2025"`, `"2025-01"`, `"2025-01-31"`, or `"all"` when it never starts anew. */
  readonly resetPeriod: string;
};

/** A local date in the seller's zone. */
export type IssueDate = { readonly year: number; readonly month: number; readonly day: number };

const longestTemplate = 60;
const longestNumber = 60;
const longestPrefix = 20;
const mostDigits = 12;
const anyDay: IssueDate = { year: 2000, month: 1, day: 1 };
const allowedText = /^[A-Za-z0-9 ._/#-]*$/;

/**
 * Reads `"INV-{YYYYMM}-{SEQ:5}"`. Tokens: {YYYY} {YY} {MM} {DD} {YYYYMM} {PREFIX} {SEQ:n}. Refused is what could give the same
 * number twice: no count or two, a month without its year, a day without its month (the count starts anew with the
 * finest one), or a {PREFIX} on the count's side that no letter or sign parts from it.
 * @throws DomainError invoice_number_template_invalid, naming the token
 */
export function parseNumberTemplate(template: string): NumberTemplate {
  if (template.length > longestTemplate) {
    throw invalid(
      template.slice(0, longestTemplate),
      `has ${template.length} characters, allowed are ${longestTemplate}`,
    );
  }
  const tokens = template
    .split(/(\{[^{}]*\})/)
    .filter((part) => part !== "")
    .map((part) => parseToken(part, template));
  const sequences = tokens.flatMap((token, index) =>
    token.kind === "sequence" ? [{ index, pad: token.pad }] : [],
  );
  const [sequence, second] = sequences;
  if (sequence === undefined) throw invalid(template, "has no {SEQ:n}, the count, such as {SEQ:5}");
  if (second !== undefined) throw invalid(template, "has {SEQ:n} more than once");
  const before = tokens.slice(0, sequence.index);
  const after = tokens.slice(sequence.index + 1);
  checkPrefixApart(template, before, before.at(-1), /[^0-9]$/);
  checkPrefixApart(template, after, after[0], /^[^0-9]/);
  return { source: template, before, pad: sequence.pad, after, reset: resetUnit(template, tokens) };
}

/**
 * Refuses what files and mails could not carry as it is printed: a dot or blank at an end, two of them side by side, and over
 * 60 characters with the longest {PREFIX} and count. Asked when a template is chosen; one that numbers already goes on.
 * @throws DomainError invoice_number_template_invalid
 */
export function assertNumbersCarried({ source, before, after }: NumberTemplate): void {
  const tokens: readonly Token[] = [...before, { kind: "sequence", pad: 1 }, ...after];
  const text = tokens.map((token) => (token.kind === "text" ? token.text : "0")).join("");
  const edge = /^[ .]|[ .]$/.exec(text)?.[0];
  if (edge !== undefined)
    throw invalid(
      source,
      `has ${JSON.stringify(edge)} at an end; a number begins and ends with another sign`,
    );
  const twice = /[ .]{2}/.exec(text)?.[0];
  if (twice !== undefined)
    throw invalid(source, `has ${JSON.stringify(twice)}; a blank or dot stands between other signs`);
  const longest = tokens.reduce((sum, token) => sum + longestText(token), 0);
  if (longest <= longestNumber) return;
  throw invalid(
    source,
    `gives numbers of up to ${longest} characters ({PREFIX} has up to ${longestPrefix}, the count ${mostDigits}); allowed are ${longestNumber}`,
  );
}

function longestText(token: Token): number {
  if (token.kind === "sequence") return mostDigits;
  return token.kind === "prefix" ? longestPrefix : renderToken(token, anyDay, "").length;
}

/** The series that a document issued on that date belongs to; `prefix` fills {PREFIX}. */
export function numberParts(
  template: NumberTemplate,
  { issuedOn, prefix }: { readonly issuedOn: IssueDate; readonly prefix: string },
): NumberParts {
  const render = (tokens: readonly Token[]): string =>
    tokens.map((token) => renderToken(token, issuedOn, prefix)).join("");
  return {
    prefix: render(template.before),
    pad: template.pad,
    suffix: render(template.after),
    resetPeriod: renderResetPeriod(template.reset, issuedOn),
  };
}

/** `renderNumber(parts, 7n)` is `"INV-202501-00007"`; a count with more digits than the padding is printed whole. */
export function renderNumber(parts: NumberParts, seq: bigint): string {
  return parts.prefix + seq.toString().padStart(parts.pad, "0") + parts.suffix;
}

function parseToken(part: string, template: string): Token {
  if (!part.startsWith("{") || !part.endsWith("}")) {
    if (!allowedText.test(part)) {
      throw invalid(
        template,
        `has ${JSON.stringify(part)}; outside tokens only letters, digits, blanks and - . _ / #`,
      );
    }
    return { kind: "text", text: part };
  }
  const name = part.slice(1, -1);
  switch (name) {
    case "YYYY":
    case "YY":
    case "MM":
    case "DD":
    case "YYYYMM":
      return { kind: "date", token: name };
    case "PREFIX":
      return { kind: "prefix" };
    default: {
      const pad = /^SEQ:(\d{1,2})$/.exec(name)?.[1];
      const digits = Number(pad);
      if (pad !== undefined && digits >= 1 && digits <= mostDigits) return { kind: "sequence", pad: digits };
      const allowed = `{YYYY} {YY} {MM} {DD} {YYYYMM} {PREFIX} and {SEQ:1} to {SEQ:${mostDigits}}`;
      throw invalid(template, `has the unknown token ${part}; allowed are ${allowed}`);
    }
  }
}

function checkPrefixApart(
  template: string,
  side: readonly Token[],
  next: Token | undefined,
  apart: RegExp,
): void {
  if (!side.some((token) => token.kind === "prefix")) return;
  if (next?.kind === "text" && apart.test(next.text)) return;
  throw invalid(
    template,
    "needs a letter or sign between {PREFIX} and {SEQ:n}, beside {SEQ:n}, or two prefixes could meet in one number",
  );
}

function resetUnit(template: string, tokens: readonly Token[]): ResetUnit {
  const dates = new Set(tokens.flatMap((token) => (token.kind === "date" ? [token.token] : [])));
  const hasYear = dates.has("YYYY") || dates.has("YY") || dates.has("YYYYMM");
  const hasMonth = dates.has("MM") || dates.has("YYYYMM");
  if (dates.has("MM") && !hasYear)
    throw invalid(template, "has {MM} without a year: add {YYYY}, or numbers repeat every year");
  if (dates.has("DD") && !(hasYear && hasMonth)) {
    throw invalid(template, "has {DD} without month and year: add {YYYYMM}, or numbers repeat every month");
  }
  if (dates.has("DD")) return "day";
  if (hasMonth) return "month";
  return hasYear ? "year" : "never";
}

function renderToken(token: Token, date: IssueDate, prefix: string): string {
  switch (token.kind) {
    case "text":
      return token.text;
    case "prefix":
      return prefix;
    case "date":
      return renderDate(token.token, date);
    case "sequence":
      return "";
  }
}

function renderDate(token: DateToken, { year, month, day }: IssueDate): string {
  const yyyy = String(year).padStart(4, "0");
  const mm = String(month).padStart(2, "0");
  const rendered = {
    YYYY: yyyy,
    YY: yyyy.slice(-2),
    MM: mm,
    DD: String(day).padStart(2, "0"),
    YYYYMM: yyyy + mm,
  };
  return rendered[token];
}

function renderResetPeriod(unit: ResetUnit, date: IssueDate): string {
  if (unit === "never") return "all";
  const parts = [renderDate("YYYY", date), renderDate("MM", date), renderDate("DD", date)];
  return parts.slice(0, { year: 1, month: 2, day: 3 }[unit]).join("-");
}

function invalid(template: string, why: string): Error {
  return domainError(
    "invoice_number_template_invalid",
    `invoice number template ${JSON.stringify(template)} ${why}`,
  );
}
