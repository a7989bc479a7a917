import { type InvoiceStatus, type InvoiceStatusInput, invoiceStatus } from "./invoice-status.ts";

const open: InvoiceStatusInput = {
  invoiceStatus: "finalized",
  paymentStatus: "pending",
  amountDueMinor: 1000n,
  amountPaidMinor: 0n,
  dueAt: "2025-02-01T00:00:00Z",
  now: "2025-01-15T00:00:00Z",
  uncollectible: false,
  sent: false,
};
const late = { now: "2025-02-01T00:00:00.001Z" };
const paid = { paymentStatus: "succeeded", amountPaidMinor: 1000n } as const;
const partly = { amountPaidMinor: 1n };

test.each<[InvoiceStatus, Partial<InvoiceStatusInput>]>([
  ["open", {}],
  ["open", { paymentStatus: "failed" }],
  ["sent", { sent: true }],
  ["partially_paid", { ...partly, sent: true }],
  ["overdue", { ...late, ...partly, sent: true }],
  ["paid", { ...late, ...paid, sent: true }],
  ["paid", { amountDueMinor: 0n }],
  ["paid", { amountDueMinor: -5n }],
  ["uncollectible", { ...late, ...partly, uncollectible: true }],
  ["void", { ...paid, invoiceStatus: "voided", uncollectible: true }],
  ["draft", { ...late, invoiceStatus: "draft", amountDueMinor: 0n }],
  ["open", { now: "2025-02-01T01:00:00+01:00" }],
  ["overdue", { now: "2025-02-01T00:30:00-01:00" }],
  ["open", { dueAt: null, now: "2035-01-01T00:00:00Z" }],
])("an invoice shows as %s in case %#", (status, facts) => {
  expect(invoiceStatus({ ...open, ...facts })).toBe(status);
});
