import { decideRefund, partsOf, type RefundablePayment } from "./decide-refund.ts";
import { nextRefundState, type RefundState } from "./refund-state.ts";

const payment: RefundablePayment = {
  ...{ currency: "USD", amountMinor: 1_000n, overpaidMinor: 0n, refundedMinor: 0n, reopenedMinor: 0n },
  ...{ disputedMinor: 0n, creditLeftMinor: 0n, owedMinor: 0n },
};
const parts = (noteMinor: bigint, creditMinor: bigint, reopenedMinor: bigint) => ({
  ...{ amountMinor: noteMinor + creditMinor + reopenedMinor, noteMinor, creditMinor, reopenedMinor },
});

test.each<[string, Partial<RefundablePayment>, bigint | null, ReturnType<typeof parts>]>([
  ["all of it leaves the invoice to pay again", {}, null, parts(0n, 0n, 1_000n)],
  ["a part", {}, 300n, parts(0n, 0n, 300n)],
  ["what is left after a refund", { refundedMinor: 300n, reopenedMinor: 300n }, null, parts(0n, 0n, 700n)],
  ["credit notes are paid out first", { owedMinor: 250n }, 300n, parts(250n, 0n, 50n)],
  [
    "then credit that nobody used",
    { overpaidMinor: 200n, creditLeftMinor: 150n },
    200n,
    parts(0n, 150n, 50n),
  ],
  ["used credit stays", { overpaidMinor: 200n, creditLeftMinor: 0n }, null, parts(0n, 0n, 800n)],
  ["what a bank took cannot go back twice", { disputedMinor: 400n }, null, parts(0n, 0n, 600n)],
])("refunds: %s", (_case, given, wanted, expected) => {
  expect(decideRefund({ ...payment, ...given }, wanted)).toEqual(expected);
});

test.each<[Partial<RefundablePayment>, bigint | null, string]>([
  [{}, 1_001n, "refund_exceeds_payment"],
  [{ refundedMinor: 1_000n, reopenedMinor: 1_000n }, null, "refund_exceeds_payment"],
  [{ overpaidMinor: 200n }, 801n, "refund_exceeds_payment"],
  [{ disputedMinor: 1_000n }, 1n, "refund_exceeds_payment"],
  [{}, 0n, "refund_amount_invalid"],
  [{}, -5n, "refund_amount_invalid"],
])("refuses a refund in case %#", (given, wanted, code) => {
  expect(() => decideRefund({ ...payment, ...given }, wanted)).toThrow(expect.objectContaining({ code }));
});

test("what went back elsewhere is taken apart whatever we would have allowed; the rest is a loss", () => {
  const spent = { ...payment, overpaidMinor: 400n, creditLeftMinor: 100n };
  expect(partsOf(spent, 1_000n)).toEqual({ ...parts(0n, 100n, 600n), amountMinor: 1_000n });
});

test("states only go forward, in every order", () => {
  const told: readonly RefundState[] = ["processing", "succeeded", "failed"];
  for (const first of told)
    for (const second of told)
      for (const third of told) {
        const end = [first, second, third].reduce<RefundState>(nextRefundState, "pending");
        const expected = told.findLast((state) => [first, second, third].includes(state));
        expect(end).toBe(expected);
      }
});
