import { codeGuard, testsIn } from "../code-guard.ts";
import type { Guard } from "../guard.ts";

const overdueTest = testsIn("libs/billing/dunning/overdue.test.ts");
const writeOffTest = testsIn("libs/billing/dunning/write-off-overdue.test.ts");
const collectTest = testsIn("libs/billing/payment/collect-invoice.test.ts");
const overdueFile = "libs/data/overdue-invoices.ts";
const writeOffFile = "libs/data/uncollectible-invoices.ts";

/** What keeps customers from being said to owe, given up or charged when they are not to be, and coupons from lasting for ever. */
export const dunningGuards: readonly Guard[] = [
  codeGuard(
    "an invoice is said to be overdue once",
    {
      file: overdueFile,
      text: " and i.uncollectible_at is null and i.overdue_at is null",
      without: " and i.uncollectible_at is null",
    },
    overdueTest(
      "is told to the endpoints once, as the API shows it: overdue after its due date, and not at it",
    ),
  ),
  codeGuard(
    "an invoice that is being paid is not said to be overdue",
    { file: overdueFile, text: " for update skip locked", without: "" },
    overdueTest("is not told when a payment comes first, though it is not committed when the sweep looks"),
  ),
  codeGuard(
    "what is being paid is not given up by itself",
    {
      file: "libs/billing/dunning/write-off-overdue.ts",
      text: "terms === null || !(await isPastCollecting(tx, invoiceId, terms))",
      without: "terms === null",
    },
    writeOffTest("does not give up what is being paid while it looks"),
  ),
  codeGuard(
    "what a payment is on its way for is not given up by itself",
    {
      file: writeOffFile,
      text: "a.state in ('open', 'processing') or ",
      without: "",
    },
    writeOffTest("waits while a payment is on its way"),
  ),
  codeGuard(
    "what is tried again is not given up by itself",
    { file: writeOffFile, text: " or a.next_attempt_at is not null", without: "" },
    writeOffTest("waits while a payment is tried again"),
  ),
  codeGuard(
    "who is spared from reminders is not given up by itself",
    { file: writeOffFile, text: " and c.reminders_paused", without: " and false" },
    writeOffTest("spares a customer whose reminders are paused, as long as they are"),
  ),
  codeGuard(
    "who is put aside is not given up by itself",
    {
      file: writeOffFile,
      text: ` and s.parked_code = \${breachCode}`,
      without: " and false",
    },
    writeOffTest("spares customers whose books do not add up, and invoices of another engine"),
  ),
  codeGuard(
    "what another engine issued is not given up by itself",
    { file: writeOffFile, text: " and i.imported_at is null", without: "" },
    writeOffTest("spares customers whose books do not add up, and invoices of another engine"),
  ),
  codeGuard(
    "what a refund reopened is given as many days again",
    { file: writeOffFile, text: "r.reopened_minor > 0 and ", without: "false and " },
    writeOffTest("gives a refunded invoice as many days again, and says first that it is overdue"),
  ),
  codeGuard(
    "what was overdue at its import is not said to be",
    { file: overdueFile, text: "i.imported_at is null or ", without: "true or " },
    overdueTest(
      "of another engine is not told when it was overdue at its import, though nothing marked it then",
    ),
  ),
  codeGuard(
    "a final decline is not tried again",
    {
      file: "libs/billing/payment/apply-payment-intent.ts",
      text: "!isCanceled && canRetryDecline({ code, adviceCode: facts.adviceCode })",
      without: "!isCanceled",
    },
    collectTest("does not try again by itself after stolen_card, which is final"),
  ),
  codeGuard(
    "what still cannot be billed starts no run",
    {
      file: "libs/billing/run/unpark-mended.ts",
      text: "refusal = (await generateInvoices(tx, tried)).parked[0] ?? null;",
      without: "await generateInvoices(tx, tried);",
    },
    testsIn("libs/billing/run/billing-run.test.ts")(
      "starts no run for what core still refuses, and one when it was mended",
    ),
  ),
  codeGuard(
    "a coupon is used though the invoice of zero is skipped",
    {
      file: "libs/billing/run/save-round.ts",
      text: "const skipped = won.filter(({ invoice }) => invoice === null);",
      without: "const skipped: readonly Drafted[] = [];",
    },
    testsIn("libs/billing/subscription/coupon-periods.test.ts")(
      "so that a free month is used up though its invoice of zero is skipped",
    ),
  ),
];
