import { z } from "zod";
import type { ComparableLine } from "#libs/core/invoice/invoice-diff.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import type { RefreshOutcome } from "../invoice/refresh-invoice.ts";
import { invoiceWire } from "./invoice-wire.ts";

const side = z
  .object({
    description: z.string(),
    group: z.string(),
    quantity: z.string(),
    exact_amount: z.string(),
    amount: z.string(),
    discount: z.string(),
    tax: z.string(),
    input_hash: z.string(),
  })
  .nullable();

/** A refreshed draft and what changed of it. */
export const refreshedInvoiceWire = z
  .object({
    ...invoiceWire.shape,
    diff: z.object({
      total: z.object({ before: z.string(), after: z.string() }),
      lines: z.array(
        z.object({ change: z.enum(["added", "removed", "changed"]), before: side, after: side }),
      ),
    }),
  })
  .meta({ id: "RefreshedInvoice" });

export function presentRefresh(outcome: RefreshOutcome): z.infer<typeof refreshedInvoiceWire>["diff"] {
  const { currency, changes } = outcome;
  const money = (minor: bigint) => formatMoney({ minor, currency });
  const present = (line: ComparableLine | null) =>
    line === null
      ? null
      : {
          description: line.description,
          group: line.group,
          quantity: line.quantity,
          exact_amount: line.exactAmount,
          amount: money(line.amountMinor),
          discount: money(line.discountMinor),
          tax: money(line.taxMinor),
          input_hash: line.inputHash,
        };
  return {
    total: { before: money(outcome.totalBeforeMinor), after: money(outcome.totalAfterMinor) },
    lines: changes.map(({ change, before, after }) => ({
      change,
      before: present(before),
      after: present(after),
    })),
  };
}
