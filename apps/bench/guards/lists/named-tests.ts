import type { NamedTest } from "../guard.ts";

const guardsTest = "libs/data/guards.test.ts";

/** Tests of behaviour that must fail when a guard of the database is gone, beside its probes. */
export const namedTests: Readonly<Record<string, readonly NamedTest[]>> = {
  "trigger payment.payment_refreshes_invoice": [
    { file: guardsTest, name: "set what was paid and its status by themselves, and never more than is due" },
  ],
  "trigger payment_attempt.payment_attempt_refreshes_invoice": [
    { file: guardsTest, name: "follow the last attempt while nothing was paid, and allow one open attempt" },
  ],
  "function invoice_payment_refresh looks in our schema first": [
    { file: guardsTest, name: "look for tables in our schema before a caller's temporary ones" },
  ],
};
