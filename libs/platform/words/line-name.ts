import type { DocumentLine } from "#libs/core/invoice/invoice-document.ts";
import { english, type InvoiceWords } from "./english.ts";
import { plainSentence } from "./invoice-words.ts";

/** The seller's words as they are; those that Billwright gave the line itself in the invoice's language. */
export function lineName(
  { kind, description }: Pick<DocumentLine, "kind" | "description">,
  words: InvoiceWords,
): string {
  const late = english.lateUsage.replace("{description}", "");
  if (description === english.minimumCommitment) return words.minimumCommitment;
  if (description === english.planMaximum) return words.planMaximum;
  if (kind !== "late_usage" || !description.endsWith(late)) return description;
  return plainSentence(words.lateUsage, { description: description.slice(0, -late.length) });
}
