import {
  findBilledTwice,
  findMisnumbered,
  findNumberGaps,
  findThawedDocuments,
  findTotalDifferences,
} from "#libs/data/invariants/invoice-breaches.ts";
import {
  findLooseLegs,
  findOrphanTransactions,
  findPaidDifferences,
  findReceivableDifferences,
  findUnbalancedTransactions,
} from "#libs/data/invariants/ledger-breaches.ts";
import {
  findBilledAfterEnd,
  findUnbilledPeriods,
  findUnclaimedCharges,
  findUntiledPeriods,
} from "#libs/data/invariants/period-breaches.ts";
import {
  findFutureEvents,
  findLooseEvents,
  findRepeatedEvents,
} from "#libs/data/invariants/usage-breaches.ts";
import {
  findLostLeases,
  findNamelessEffects,
  findOverspentJobs,
  findRepeatedEffects,
  findWaitingMessages,
} from "#libs/data/invariants/work-breaches.ts";
import type { FindBreaches } from "#libs/data/invariants/breach.ts";
import type { Invariant } from "./invariant.ts";
import { findBucketDifferences, findGoneEvents, findUncountedUsage } from "./usage-checks.ts";
import { findUndelivered, findUndispatched } from "./work-checks.ts";

const byRange =
  (find: FindBreaches): Invariant["find"] =>
  (tx, { range }) =>
    find(tx, range);

const money = {
  severity: "critical",
  parks: true,
  ranged: true,
  repair:
    "find out who changed the rows, put them right from a backup or by an adjustment, then `POST /v1/subscriptions/{id}/unpark`",
} as const;
const usage = { severity: "error", parks: false } as const;
const work = { severity: "error", parks: false, ranged: false } as const;
const redispatch =
  "`billwright doctor --repair` sends it off again; the sweeps do so by themselves while a scheduler runs";

/** Everything that always holds. Money: I1 to I6. Periods: I7 to I10. Numbers: I11, I12. Usage: I13 to I17. Effects: I18 to I24. */
export const invariants: readonly Invariant[] = [
  {
    ...{ code: "I1", ...money, cost: "the postings of the range, by primary key" },
    question: "Does every ledger transaction balance, in one currency?",
    find: byRange(findUnbalancedTransactions),
  },
  {
    ...{
      code: "I2",
      ...money,
      cost: "the postings of the range, by primary key; in depth one pass over the tenant's ledger",
    },
    question:
      "Do the accounts come to zero in every currency, and does receivable hold what invoices are left to pay?",
    find: async (tx, { range, deep }) => [
      ...(await findLooseLegs(tx, range)),
      ...(deep ? await findReceivableDifferences(tx, range) : []),
    ],
  },
  {
    ...{ code: "I3", ...money, cost: "the invoices of the range and their parts, by index" },
    question:
      "Is every total the sum of its lines, less discounts, with its taxes, and the amount due that less credits?",
    find: byRange(findTotalDifferences),
  },
  {
    ...{ code: "I4", ...money, cost: "the invoices and payments of the range, by index" },
    question:
      "Is what an invoice says is paid what its payments brought, less refunds and credit notes, in invoice and ledger?",
    find: byRange(findPaidDifferences),
  },
  {
    ...{ code: "I5", ...money, cost: "a hash of every document of the range" },
    question: "Is every issued invoice still the document that was frozen, by its hash?",
    find: byRange(findThawedDocuments),
  },
  {
    ...{ code: "I6", ...money, cost: "the transactions and invoices of the range, by index" },
    question:
      "Does every ledger transaction belong to something that is there, and is every issued invoice posted?",
    find: byRange(findOrphanTransactions),
  },
  {
    ...{ code: "I7", ...money, cost: "the invoices and lines of the range, by index" },
    question: "Is every boundary, and every period, billed by one invoice that is not void?",
    find: byRange(findBilledTwice),
  },
  {
    ...{ code: "I8", ...money, cost: "the claims and lines of the range, by index" },
    question:
      "Do the claimed periods of every item tile its time, without gap and overlap, and is all that was charged claimed?",
    repair:
      "put the rows of billing_period back from a backup: a claim that is made anew would be a guess at what was billed; then `POST /v1/subscriptions/{id}/unpark`",
    find: async (tx, { range }) => [
      ...(await findUntiledPeriods(tx, range)),
      ...(await findUnclaimedCharges(tx, range)),
    ],
  },
  {
    ...{ code: "I9", ...money, cost: "live subscriptions and the claims of the range, by index" },
    question: "Has everything that fell due over an hour ago an invoice or a reason?",
    repair:
      "start a scheduler and workers: the sweep of due boundaries bills what is late; `billwright doctor --repair` finds lost boundaries again",
    find: byRange(findUnbilledPeriods),
  },
  {
    ...{ code: "I10", ...money, cost: "the claims of the range, by index" },
    question: "Is nothing billed of a time in which its subscription was cancelled or paused?",
    find: byRange(findBilledAfterEnd),
  },
  {
    ...{ code: "I11", ...money, cost: "one count for each series, by index" },
    question: "Are the numbers of every series without gap, up to its counter?",
    repair:
      "`GET /v1/reports/numbering` names the numbers; find out who deleted or changed the rows, put them back from a backup, then `POST /v1/subscriptions/{id}/unpark`",
    find: byRange(findNumberGaps),
  },
  {
    ...{ code: "I12", ...money, cost: "the invoices of the range, sorted" },
    question: "Has every issued invoice a number, and no draft, and are numbers in the order of time?",
    find: byRange(findMisnumbered),
  },
  {
    ...{
      code: "I13",
      ...usage,
      severity: "critical",
      ranged: false,
      cost: "the events and buckets of 24 closed hours, by index",
    },
    question: "Are all events there that were acknowledged and counted?",
    repair: "events are never deleted by Billwright: find out who did, and send them again with their ids",
    find: findGoneEvents,
  },
  {
    ...{ code: "I14", ...usage, ranged: false, cost: "the events of 24 closed hours, by index" },
    question: "Do the buckets of closed hours hold what their events make?",
    repair:
      "`billwright doctor --repair --deep` counts the hour again; the hourly recount does so by rotation",
    find: findBucketDifferences,
  },
  {
    ...{
      code: "I15",
      ...usage,
      severity: "warning",
      ranged: true,
      cost: "the usage of 500 billed periods, by index",
    },
    question: "Was every metered period billed by the events that it has, late ones apart?",
    repair: "the hourly settlement of late usage bills or credits the difference on the next invoice",
    find: findUncountedUsage,
  },
  {
    ...{ code: "I16", ...usage, severity: "warning", ranged: false, cost: "one index range" },
    question: "Does no event happen further ahead than a sender's clock may be?",
    repair:
      "see whose clock runs ahead, or who wrote the rows past the API; the event counts when its time comes",
    find: byRange(findFutureEvents),
  },
  {
    ...{
      code: "I17",
      ...usage,
      severity: "critical",
      ranged: true,
      cost: "the events of the range, by index",
    },
    question:
      "Is every identity of an event stored once, with one content, of a customer and a subscription that exist?",
    repair:
      "restore the primary key and the triggers of usage_event, keep the event that was billed, and bring back what is gone",
    find: async (tx, { range }) => [
      ...(await findRepeatedEvents(tx, range)),
      ...(await findLooseEvents(tx, range)),
    ],
  },
  {
    ...{ code: "I18", ...money, ranged: false, cost: "one pass over the tenant's effects" },
    question: "Did every call to the outside succeed once for its business key?",
    repair:
      "see at the provider what was done twice, refund it there, then `POST /v1/subscriptions/{id}/unpark`",
    find: byRange(findRepeatedEffects),
  },
  {
    ...{
      code: "I19",
      ...work,
      ranged: true,
      repair: redispatch,
      cost: "the invoices of the range, by index",
    },
    question:
      "Has every issued invoice its PDF, in the store, its mirror and its mail, where these are switched on?",
    find: findUndelivered,
  },
  {
    ...{ code: "I20", ...work, repair: redispatch, cost: "what is in flight" },
    question: "Is nothing in flight whose worker's lease ended?",
    find: byRange(findLostLeases),
  },
  {
    ...{ code: "I21", ...work, cost: "jobs that have not ended" },
    question: "Is every job within its attempts, or dead with its reason?",
    repair: "`billwright jobs list --state failed` says what holds it up",
    find: byRange(findOverspentJobs),
  },
  {
    ...{ code: "I22", ...work, repair: redispatch, cost: "jobs that wait, and the events of the last day" },
    question: "Is everything that is to be dispatched taken within five minutes, and no job lost?",
    find: findUndispatched,
  },
  {
    ...{ code: "I23", ...work, cost: "messages that wait" },
    question: "Is every message of a provider applied or set aside within an hour?",
    repair:
      "start a scheduler and a worker; `billwright jobs list --name stripe.apply_event` says what holds it up",
    find: byRange(findWaitingMessages),
  },
  {
    ...{
      code: "I24",
      ...work,
      ranged: true,
      cost: "the effects, files and payments of the range, by primary key",
    },
    question: "Has everything that was done outside its name there?",
    repair: "look at the provider for it, by our id in its metadata; nothing is made again by itself",
    find: byRange(findNamelessEffects),
  },
];
