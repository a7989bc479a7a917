import type { BilledTenant } from "./make-billed-tenant.ts";
import type { Facts, InvoiceFacts } from "./read-facts.ts";
import type { StripeObject } from "./sandbox-facts.ts";

/** One line of the report: what was looked at, what was found, and what is wrong with it. */
export type Finding = {
  readonly subject: string;
  readonly found: string;
  readonly breaches: readonly string[];
};

/** What there must be, told by whoever made the work. */
type Model = Pick<BilledTenant, "usage" | "expectedInvoices" | "expectedEvents">;

/** Compares what is there with what must be there. A breach is an invariant that does not hold. */
export function judgeFacts(facts: Facts, tenant: Model): Finding[] {
  return [
    judgeInvoices(facts, tenant),
    judgeDoubles(facts),
    judgeGaps(facts),
    judgeNumbers(facts),
    judgePdfs(facts),
    judgeStripeInvoices(facts),
    judgeCharges(facts),
    judgeMails(facts),
    judgeLedger(facts),
    judgePaid(facts),
    finding(
      "dead jobs",
      String(facts.deadJobs.length),
      facts.deadJobs.map((told) => `a job is dead: ${told}`),
    ),
    judgeEvents(facts, tenant),
    judgeUsage(facts, tenant),
  ];
}

function finding(subject: string, found: string, breaches: readonly (string | false)[]): Finding {
  return { subject, found, breaches: breaches.filter((breach) => breach !== false) };
}

function judgeInvoices({ invoices }: Facts, tenant: Model): Finding {
  const expected = tenant.expectedInvoices();
  return finding("invoices", `${invoices.length} of ${expected}`, [
    invoices.length > expected && `${invoices.length - expected} invoices too many`,
    invoices.length < expected && `${expected - invoices.length} invoices missing`,
  ]);
}

const doubleWords = {
  boundaries: "invoices of a boundary that was billed before",
  claims: "claims of a period that was claimed before",
  lines: "lines of a period and group that stood on an invoice before",
  messages: "webhook messages stored that were stored before",
  payments: "payments of a PaymentIntent that was recorded before",
  jobs: "jobs that were planned before",
} as const;

function judgeDoubles({ doubles }: Facts): Finding {
  const counted = Object.entries(doubles) as [keyof Facts["doubles"], number][];
  return finding(
    "duplicates",
    counted.map(([what, count]) => `${count} ${what}`).join(", "),
    counted.map(([what, count]) => count > 0 && `duplicates: ${count} ${doubleWords[what]}`),
  );
}

function judgeGaps({ gaps }: Facts): Finding {
  return finding(
    "missed periods",
    `${gaps.claims} between claims, ${gaps.subscriptions} subscriptions behind`,
    [
      gaps.claims > 0 && `${gaps.claims} claims do not begin where the one before ends`,
      gaps.subscriptions > 0 &&
        `${gaps.subscriptions} subscriptions stand at a boundary that is past, or are parked`,
    ],
  );
}

function judgeNumbers({ invoices, counters }: Facts): Finding {
  const bySeries = groupBy(invoices, (invoice) => invoice.series ?? "none");
  let gaps = 0;
  const breaches: string[] = [];
  for (const [series, of] of bySeries) {
    const numbers = of.map((invoice) => Number(/(\d+)\D*$/.exec(invoice.number ?? "")?.[1] ?? 0));
    const last = Math.max(...numbers);
    const missing = last - new Set(numbers).size;
    gaps += missing;
    if (missing !== 0) breaches.push(`series ${series} has ${missing} numbers missing up to ${last}`);
    if (counters.get(series) !== last)
      breaches.push(`the counter of ${series} stands at ${counters.get(series)}, its last number is ${last}`);
  }
  return finding("number gaps", `${gaps} in ${bySeries.size} series`, breaches);
}

function judgePdfs({ invoices, wholePdfs, objects }: Facts): Finding {
  const odd = invoices.filter((invoice) => invoice.pdfs !== 1);
  return finding("PDFs", `${wholePdfs} stored and whole, ${objects} objects`, [
    objects > invoices.length &&
      `duplicates: ${objects} objects hold the PDFs of ${invoices.length} invoices`,
    odd.length > 0 && `${odd.length} invoices do not have one stored PDF: ${namesOf(odd)}`,
    wholePdfs !== invoices.length && `${invoices.length - wholePdfs} PDFs are not what was printed`,
  ]);
}

function judgeStripeInvoices({ invoices, stripeInvoices }: Facts): Finding {
  const of = groupBy(stripeInvoices, ourInvoice);
  const finalized = (objects: readonly StripeObject[]) =>
    objects.filter((object) => ["open", "paid"].includes(object.status));
  const odd = invoices.filter((invoice) => finalized(of.get(invoice.id) ?? []).length !== 1);
  const unsettled = finalized(stripeInvoices).filter((object) => object.status !== "paid").length;
  const drafts = stripeInvoices.length - finalized(stripeInvoices).length;
  const differing = invoices.filter((invoice) =>
    finalized(of.get(invoice.id) ?? []).some((object) => String(object.total) !== invoice.amount_due),
  );
  return finding(
    "Stripe invoices",
    `${finalized(stripeInvoices).length} finalized, ${stripeInvoices.length - drafts - unsettled} of them paid`,
    [
      odd.length > 0 && `${odd.length} invoices do not have exactly one finalized mirror: ${namesOf(odd)}`,
      drafts > 0 && `${drafts} mirrors were left as drafts`,
      unsettled > 0 && `${unsettled} mirrors do not know that they are paid`,
      differing.length > 0 && `${differing.length} mirrors have another total: ${namesOf(differing)}`,
    ],
  );
}

function judgeCharges({ invoices, paymentIntents, chargeRequests, totals }: Facts): Finding {
  const succeeded = paymentIntents.filter((intent) => intent.status === "succeeded");
  const of = groupBy(succeeded, ourInvoice);
  const twice = invoices.filter((invoice) => (of.get(invoice.id)?.length ?? 0) > 1);
  const never = invoices.filter((invoice) => (of.get(invoice.id)?.length ?? 0) === 0);
  const charged = succeeded.reduce((sum, intent) => sum + BigInt(intent.amount_received ?? 0), 0n);
  return finding("charges", `${succeeded.length} succeeded, journal ${chargeRequests}`, [
    twice.length > 0 && `duplicates: ${twice.length} invoices were charged more than once: ${namesOf(twice)}`,
    never.length > 0 && `${never.length} invoices were never charged: ${namesOf(never)}`,
    charged !== totals.paid && `${charged} were charged, ${totals.paid} are recorded as paid`,
    chargeRequests !== paymentIntents.length &&
      `the journal counts ${chargeRequests} charges, the list ${paymentIntents.length}`,
  ]);
}

function judgeMails({ invoices, mails }: Facts): Finding {
  const count = (invoice: InvoiceFacts) => mails.get(invoice.id) ?? 0;
  const unknown = invoices.filter((invoice) => invoice.mail_state === "unknown");
  const twice = invoices.filter((invoice) => count(invoice) > 1);
  const lost = invoices.filter((invoice) => count(invoice) === 0 && invoice.mail_state !== "unknown");
  const accepted = [...mails.values()].reduce((sum, n) => sum + n, 0);
  const arrived = unknown.filter((invoice) => count(invoice) === 1).length;
  const why = [...new Set(unknown.map((invoice) => invoice.mail_error ?? ""))].join("; ");
  const told =
    unknown.length === 0 ? "" : ` (${why}: ${arrived} arrived, ${unknown.length - arrived} did not)`;
  return finding("mails", `${accepted} accepted, ${unknown.length} unknown${told}`, [
    twice.length > 0 && `duplicates: ${twice.length} invoices were mailed more than once: ${namesOf(twice)}`,
    lost.length > 0 && `${lost.length} mails were lost: ${namesOf(lost)}`,
    mails.has("no invoice") && "a mail belongs to no invoice",
  ]);
}

function judgeLedger({ balances, totals }: Facts): Finding {
  const sum = [...balances.values()].reduce((total, balance) => total + balance, 0n);
  const receivable = balances.get("receivable") ?? 0n;
  const cash = [...balances].reduce(
    (total, [account, balance]) => (account.startsWith("cash") ? total + balance : total),
    0n,
  );
  const earned = -((balances.get("revenue") ?? 0n) + (balances.get("tax_payable") ?? 0n));
  return finding("ledger sum", `${sum}, receivable ${receivable}, cash ${cash}, revenue and tax ${earned}`, [
    sum !== 0n && `the trial balance is ${sum}`,
    receivable !== 0n && `${receivable} stand as receivable though all should be paid`,
    cash !== totals.paid && `the ledger holds ${cash} of cash, payments come to ${totals.paid}`,
    earned !== totals.invoiced &&
      `the ledger holds ${earned} of revenue and tax, invoices come to ${totals.invoiced}`,
  ]);
}

function judgePaid({ invoices }: Facts): Finding {
  const unpaid = invoices.filter((invoice) => invoice.payment_status !== "succeeded");
  const odd = invoices.filter((invoice) => invoice.payments > 1);
  return finding("unpaid", String(unpaid.length), [
    unpaid.length > 0 && `${unpaid.length} invoices are unpaid: ${namesOf(unpaid)}`,
    odd.length > 0 && `duplicates: ${odd.length} invoices have more than one payment: ${namesOf(odd)}`,
  ]);
}

function judgeEvents({ storedEvents }: Facts, tenant: Model): Finding {
  const expected = tenant.expectedEvents();
  return finding("events", `${storedEvents} of ${expected} stored`, [
    storedEvents < expected && `${expected - storedEvents} acknowledged events are not stored`,
    storedEvents > expected && `duplicates: ${storedEvents - expected} events are stored that were not sent`,
  ]);
}

function judgeUsage({ usage }: Facts, tenant: Model): Finding {
  const wrong = tenant.usage.filter(
    ({ customer, month, quantity }) => usage.get(`${customer} ${month}`) !== BigInt(quantity),
  );
  const [first] = wrong;
  const example =
    first &&
    `${first.customer} in ${first.month} sent ${first.quantity}, billed ${usage.get(`${first.customer} ${first.month}`)}`;
  return finding(
    "usage",
    `${tenant.usage.length - wrong.length} of ${tenant.usage.length} customer months billed as sent`,
    [wrong.length > 0 && `usage of ${wrong.length} customer months is not counted once: ${example}`],
  );
}

function ourInvoice(object: StripeObject): string {
  return object.metadata.billwright_invoice ?? "none";
}

function namesOf(invoices: readonly InvoiceFacts[]): string {
  const names = invoices.slice(0, 3).map((invoice) => invoice.number ?? invoice.id);
  return invoices.length > 3 ? `${names.join(", ")}, ...` : names.join(", ");
}

function groupBy<T>(list: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
