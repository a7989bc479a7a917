import fc from "fast-check";
import {
  creditExpiryPostings,
  creditGrantPostings,
  creditNotePostings,
  disputePostings,
  invoicePostings,
  type LedgerAccount,
  type Posting,
  paymentPostings,
  refundLossPostings,
  refundPostings,
  reversePostings,
  roundingPostings,
  voidPostings,
  writeOffPostings,
} from "./postings.ts";

const usd = { currency: "USD" };
const stripe = { ...usd, provider: "stripe" };
const refund = { noteMinor: 0n, creditMinor: 0n, reopenedMinor: 0n, isWrittenOff: false };
const invoice = { ...usd, totalMinor: 11900n, taxMinor: 1900n, creditMinor: 500n };

/** Debits minus credits per account. */
function balances(postings: readonly Posting[]): Map<LedgerAccount, bigint> {
  const result = new Map<LedgerAccount, bigint>();
  const add = (account: LedgerAccount, minor: bigint): void => {
    result.set(account, (result.get(account) ?? 0n) + minor);
  };
  for (const { debit, credit, amountMinor } of postings) {
    add(debit, amountMinor);
    add(credit, -amountMinor);
  }
  for (const [account, minor] of result) if (minor === 0n) result.delete(account);
  return result;
}

const asTable = (postings: readonly Posting[]): string[] =>
  postings.map(({ debit, credit, amountMinor }) => `${debit} / ${credit} ${amountMinor}`);

test.each<[string, Posting[], string[]]>([
  [
    "an invoice",
    invoicePostings(invoice),
    ["receivable / revenue 10000", "receivable / tax_payable 1900", "customer_credit / receivable 500"],
  ],
  [
    "an invoice below zero, with sides swapped",
    invoicePostings({ ...usd, totalMinor: -119n, taxMinor: -19n, creditMinor: 0n }),
    ["revenue / receivable 100", "tax_payable / receivable 19"],
  ],
  ["an invoice of zero", invoicePostings({ ...usd, totalMinor: 0n, taxMinor: 0n, creditMinor: 0n }), []],
  ["a payment", paymentPostings({ ...stripe, amountMinor: 11400n }), ["cash:stripe / receivable 11400"]],
  [
    "a payment of too much",
    paymentPostings({ ...stripe, amountMinor: 120n, overpaidMinor: 20n }),
    ["cash:stripe / receivable 100", "cash:stripe / customer_credit 20"],
  ],
  [
    "a payment of too much for what was written off",
    paymentPostings({ ...stripe, amountMinor: 120n, overpaidMinor: 20n, recoveredMinor: 100n }),
    ["cash:stripe / write_off 100", "cash:stripe / customer_credit 20"],
  ],
  [
    "a refund of a credit note",
    refundPostings({ ...stripe, ...refund, noteMinor: 5n }),
    ["refunds_payable / cash:stripe 5"],
  ],
  [
    "a refund of a surplus and of what paid an invoice",
    refundPostings({ ...stripe, ...refund, creditMinor: 5n, reopenedMinor: 7n }),
    ["customer_credit / cash:stripe 5", "receivable / cash:stripe 7"],
  ],
  [
    "a refund of what paid for an invoice that is written off",
    refundPostings({ ...stripe, ...refund, reopenedMinor: 7n, isWrittenOff: true }),
    ["write_off / cash:stripe 7"],
  ],
  [
    "a refund of credit that was used before",
    refundLossPostings({ ...stripe, amountMinor: 3n }),
    ["write_off / cash:stripe 3"],
  ],
  [
    "a credit note to be refunded",
    creditNotePostings({ ...usd, totalMinor: 119n, taxMinor: 19n, settlement: "refund" }),
    ["revenue / refunds_payable 100", "tax_payable / refunds_payable 19"],
  ],
  [
    "a grant that is half paid for",
    creditGrantPostings({ ...usd, amountMinor: 100n, paidMinor: 50n }),
    ["cash:manual / customer_credit 50", "revenue / customer_credit 50"],
  ],
  ["expired credit", creditExpiryPostings({ ...usd, amountMinor: 7n }), ["customer_credit / revenue 7"]],
  ["a write-off", writeOffPostings({ ...usd, amountMinor: 7n }), ["write_off / receivable 7"]],
  [
    "a lost dispute",
    disputePostings({ ...stripe, amountMinor: 7n, outcome: "lost" }),
    ["write_off / disputes 7"],
  ],
  [
    "a rounding difference in our favour",
    roundingPostings({ ...usd, amountMinor: -1n }),
    ["receivable / rounding 1"],
  ],
])("%s posts what the table in the README says", (_name, postings, table) => {
  expect(asTable(postings)).toEqual(table);
});

test("a voided invoice leaves nothing behind", () => {
  expect(balances([...invoicePostings(invoice), ...voidPostings(invoice)])).toEqual(new Map());
});

test("an invoice that is paid leaves nothing receivable: cash and credit became revenue and tax", () => {
  const postings = [...invoicePostings(invoice), ...paymentPostings({ ...stripe, amountMinor: 11400n })];
  expect(Object.fromEntries(balances(postings))).toEqual({
    "cash:stripe": 11400n,
    customer_credit: 500n,
    revenue: -10000n,
    tax_payable: -1900n,
  });
});

test("what is written off and paid after all is no loss", () => {
  const postings = [
    ...invoicePostings(invoice),
    ...writeOffPostings({ ...usd, amountMinor: 11400n }),
    ...paymentPostings({ ...stripe, amountMinor: 11400n, recoveredMinor: 11400n }),
  ];
  expect(Object.fromEntries(balances(postings))).toEqual({
    "cash:stripe": 11400n,
    customer_credit: 500n,
    revenue: -10000n,
    tax_payable: -1900n,
  });
});

test("a credit note that is refunded takes revenue, tax and cash back", () => {
  const postings = [
    ...creditNotePostings({ ...usd, totalMinor: 119n, taxMinor: 19n, settlement: "refund" }),
    ...refundPostings({ ...stripe, ...refund, noteMinor: 119n }),
  ];
  expect(Object.fromEntries(balances(postings))).toEqual({
    "cash:stripe": -119n,
    revenue: 100n,
    tax_payable: 19n,
  });
});

test("a dispute that is won leaves nothing behind", () => {
  const dispute = { ...stripe, amountMinor: 7n };
  const both = [
    ...disputePostings({ ...dispute, outcome: "opened" }),
    ...disputePostings({ ...dispute, outcome: "won" }),
  ];
  expect(balances(both)).toEqual(new Map());
});

test("every verb balances, posts no zero and nothing negative, in its own currency", () => {
  const anyMinor = fc.oneof(fc.constant(0n), fc.bigInt(-(10n ** 18n), 10n ** 18n));
  const settlement = fc.constantFrom("refund" as const, "credit" as const, "offset" as const);
  const outcome = fc.constantFrom("opened" as const, "won" as const, "lost" as const);
  fc.assert(
    fc.property(anyMinor, anyMinor, anyMinor, fc.boolean(), settlement, outcome, (a, b, c, ...choices) => {
      const document = { ...usd, totalMinor: a, taxMinor: b, creditMinor: c };
      const postings = [
        ...invoicePostings(document),
        ...voidPostings({ ...document, totalMinor: b }),
        ...paymentPostings({ ...stripe, amountMinor: a, overpaidMinor: b, recoveredMinor: c }),
        ...refundPostings({ ...stripe, ...refund, noteMinor: a, reopenedMinor: b, isWrittenOff: choices[0] }),
        ...creditNotePostings({ ...document, settlement: choices[1] }),
        ...creditGrantPostings({ ...usd, amountMinor: a, paidMinor: c }),
        ...writeOffPostings({ ...usd, amountMinor: c }),
        ...disputePostings({ ...stripe, amountMinor: a, outcome: choices[2] }),
      ];
      expect(postings.every((posting) => posting.amountMinor > 0n && posting.currency === "USD")).toBe(true);
      expect(postings.every((posting) => posting.debit !== posting.credit)).toBe(true);
      expect([...balances(postings).values()].reduce((x, y) => x + y, 0n)).toBe(0n);
      expect(balances([...postings, ...reversePostings(postings)])).toEqual(new Map());
    }),
  );
});
