import { judgeFacts } from "./judge-facts.ts";
import type { Facts, InvoiceFacts } from "./read-facts.ts";

const invoice: InvoiceFacts = {
  ...{ id: "i1", number: "INV-202604-00001", series: "s", amount_due: "1000", payment_status: "succeeded" },
  ...{ payments: 1, pdfs: 1, object_key: "k", sha256: "h", mail_state: "succeeded", mail_error: null },
};
const mirror = { id: "in_1", status: "paid", metadata: { billwright_invoice: "i1" }, total: 1000 };
const intent = {
  id: "pi_1",
  status: "succeeded",
  metadata: { billwright_invoice: "i1" },
  amount_received: 1000,
};
const none = { boundaries: 0, claims: 0, lines: 0, messages: 0, payments: 0, jobs: 0 };

/** One invoice of 10.00, delivered and paid. */
const sound: Facts = {
  invoices: [invoice],
  doubles: none,
  gaps: { claims: 0, subscriptions: 0 },
  balances: new Map([
    ["receivable", 0n],
    ["cash:stripe", 1000n],
    ["revenue", -1000n],
  ]),
  totals: { invoiced: 1000n, paid: 1000n },
  counters: new Map([["s", 1]]),
  deadJobs: [],
  usage: new Map([["c 2026-03", 40n]]),
  wholePdfs: 1,
  objects: 1,
  storedEvents: 4,
  stripeInvoices: [mirror],
  paymentIntents: [intent],
  chargeRequests: 1,
  mails: new Map([["i1", 1]]),
};
const tenant = {
  usage: [{ customer: "c", month: "2026-03", quantity: 40 }],
  expectedInvoices: () => 1,
  expectedEvents: () => 4,
};

const breachesOf = (change: Partial<Facts>) =>
  judgeFacts({ ...sound, ...change }, tenant).flatMap((finding) => finding.breaches);

describe("judgeFacts", () => {
  it("finds nothing wrong with a month that was billed once", () => {
    expect(breachesOf({})).toEqual([]);
  });

  it.each<[string, Partial<Facts>, RegExp]>([
    ["a missing invoice", { invoices: [], wholePdfs: 0 }, /1 invoices missing/],
    [
      "a boundary billed twice",
      { doubles: { ...none, boundaries: 1 } },
      /duplicates: 1 invoices of a boundary/,
    ],
    ["a message stored twice", { doubles: { ...none, messages: 2 } }, /duplicates: 2 webhook messages/],
    ["a job planned twice", { doubles: { ...none, jobs: 1 } }, /duplicates: 1 jobs that were planned before/],
    [
      "a hole between claims",
      { gaps: { claims: 1, subscriptions: 0 } },
      /do not begin where the one before ends/,
    ],
    ["a subscription left behind", { gaps: { claims: 0, subscriptions: 1 } }, /boundary that is past/],
    ["a number left out", { invoices: [{ ...invoice, number: "INV-202604-00002" }] }, /1 numbers missing/],
    ["a PDF that is not whole", { wholePdfs: 0 }, /not what was printed/],
    ["a PDF stored twice", { objects: 2 }, /duplicates: 2 objects/],
    ["a lost event", { storedEvents: 3 }, /1 acknowledged events are not stored/],
    ["an event stored twice", { storedEvents: 5 }, /duplicates: 1 events/],
    ["a second mirror", { stripeInvoices: [mirror, mirror] }, /exactly one finalized mirror/],
    [
      "a draft left at Stripe",
      { stripeInvoices: [mirror, { ...mirror, status: "draft" }] },
      /left as drafts/,
    ],
    ["a second charge", { paymentIntents: [intent, intent], chargeRequests: 2 }, /charged more than once/],
    ["a charge that nobody lists", { chargeRequests: 2 }, /journal counts 2 charges/],
    ["a second mail", { mails: new Map([["i1", 2]]) }, /mailed more than once/],
    ["a lost mail", { mails: new Map() }, /1 mails were lost/],
    [
      "money without an account",
      { balances: new Map([["cash:stripe", 1000n]]) },
      /the trial balance is 1000/,
    ],
    ["an unpaid invoice", { invoices: [{ ...invoice, payment_status: "pending" }] }, /1 invoices are unpaid/],
    ["a dead job", { deadJobs: ["invoice.email mail_rejected"] }, /a job is dead: invoice.email/],
    ["usage counted twice", { usage: new Map([["c 2026-03", 80n]]) }, /sent 40, billed 80/],
  ])("names %s", (_, change, told) => {
    expect(breachesOf(change)).toEqual(expect.arrayContaining([expect.stringMatching(told)]));
  });

  it("takes a mail whose fate is unknown as explained, arrived or not", () => {
    const unknown = { ...invoice, mail_state: "unknown", mail_error: "the process ended" };
    for (const mails of [new Map<string, number>(), new Map([["i1", 1]])]) {
      expect(breachesOf({ invoices: [unknown], mails })).toEqual([]);
    }
  });
});
