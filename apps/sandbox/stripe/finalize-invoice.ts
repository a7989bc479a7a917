import { asPaid } from "./invoice-payments.ts";
import { saveInvoice } from "./present-invoice.ts";
import { checkRepresentable, leastChargeOf } from "./stripe-currency.ts";
import { stateError } from "./stripe-error.ts";
import { rowOf } from "./stripe-route.ts";
import type { StripeTx } from "./stripe-store.ts";
import type { Customer, Invoice } from "./stripe-tables.ts";

/**
 * Turns a draft into an open invoice with a number and fixed amounts. As at Stripe, the customer's balance is
 * applied; what is then due is 0 for a total of 0 or less, and for one below the least charge (it moves to
 * the balance), and such an invoice is paid at once.
 */
export function finalizeInvoice(tx: StripeTx, draft: Invoice): Invoice {
  if (draft.status !== "draft") {
    throw stateError("This invoice is already finalized, you can't re-finalize a non-draft invoice.", {
      code: "invoice_not_editable",
    });
  }
  checkRepresentable(draft.total, draft.currency, "amount");
  const customer = rowOf(tx, "customer", draft.customer, "customer");
  const owed = draft.total + customer.balance;
  const due = owed < leastChargeOf(draft.currency) ? 0 : owed;
  const number = takeNumber(tx, draft, customer);
  const endingBalance = owed - due;
  const current = rowOf(tx, "customer", customer.id, "customer");
  if (endingBalance !== customer.balance) tx.put("customer", { ...current, balance: endingBalance });
  const open: Invoice = {
    ...draft,
    status: "open",
    number,
    amount_due: due,
    amount_remaining: due,
    starting_balance: customer.balance,
    ending_balance: endingBalance,
    effective_at: draft.effective_at ?? tx.now,
    hosted_invoice_url: `https://invoice.stripe.invalid/i/${draft.id}`,
    invoice_pdf: `https://pay.stripe.invalid/invoice/${draft.id}/pdf`,
    status_transitions: { ...draft.status_transitions, finalized_at: tx.now },
  };
  if (due > 0) return saveInvoice(tx, open, "invoice.finalized", "invoice.updated");
  saveInvoice(tx, open, "invoice.finalized");
  return saveInvoice(
    tx,
    asPaid(tx, { ...open, attempted: true }),
    "invoice.paid",
    "invoice.payment_succeeded",
  );
}

function takeNumber(tx: StripeTx, draft: Invoice, customer: Customer): string {
  const sequence = customer.next_invoice_sequence ?? 1;
  const number = draft.number ?? `${customer.invoice_prefix}-${String(sequence).padStart(4, "0")}`;
  const taken = tx.get("taken_number", number);
  if (taken !== undefined) {
    throw stateError(`The invoice number ${number} is already used by ${taken.invoice}.`, {
      param: "number",
    });
  }
  tx.put("taken_number", { id: number, invoice: draft.id });
  if (draft.number === null) tx.put("customer", { ...customer, next_invoice_sequence: sequence + 1 });
  return number;
}
