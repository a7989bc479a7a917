import { type PaymentLinkFacts, paymentLinkState, showsInvoice } from "./payment-link-state.ts";

const fresh: PaymentLinkFacts = {
  isRevoked: false,
  isExpired: false,
  invoiceStatus: "finalized",
  isUncollectible: false,
  leftMinor: 100n,
  paymentStatus: "pending",
  attempt: null,
};
const byLink = { state: "open", isByLink: true, hasFailed: false } as const;

describe("what a payer sees behind a link", () => {
  test.each<[string, Partial<PaymentLinkFacts>, string]>([
    ["nothing tried yet", {}, "open"],
    ["a try of this link that has not been declined", { attempt: byLink }, "open"],
    ["a try of this link that was declined", { attempt: { ...byLink, hasFailed: true } }, "failed"],
    ["an earlier try that failed", { paymentStatus: "failed" }, "failed"],
    ["a saved method that is being charged", { attempt: { ...byLink, isByLink: false } }, "processing"],
    [
      "money on its way, after a decline",
      { attempt: { state: "processing", isByLink: true, hasFailed: true } },
      "processing",
    ],
    ["nothing left to pay", { leftMinor: 0n, paymentStatus: "succeeded" }, "paid"],
    ["more paid than asked for", { leftMinor: -1n }, "paid"],
    ["a void invoice", { invoiceStatus: "voided" }, "void"],
    ["a written-off invoice", { isUncollectible: true }, "closed"],
    ["an expired link of a paid invoice", { isExpired: true, leftMinor: 0n }, "expired"],
    ["a revoked link that has expired since", { isRevoked: true, isExpired: true }, "revoked"],
  ])("%s", (_name, facts, state) => {
    expect(paymentLinkState({ ...fresh, ...facts })).toBe(state);
  });

  test("the invoice is shown only while there is something to pay", () => {
    const shown = (["open", "processing", "failed"] as const).map(showsInvoice);
    const hidden = (["paid", "expired", "revoked", "void", "closed"] as const).map(showsInvoice);
    expect([...shown, ...hidden]).toEqual([true, true, true, false, false, false, false, false]);
  });
});
