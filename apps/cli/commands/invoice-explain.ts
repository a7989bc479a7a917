import { Command } from "commander";
import { type ExplainedLine, explainLines } from "#libs/billing/invoice/explain-lines.ts";
import { presentLineExplanation } from "#libs/billing/wire/invoice-proof-wire.ts";
import { describeLine } from "#libs/core/rating/describe-line.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import { withTenant } from "#libs/data/database.ts";
import { type InvoiceView, listInvoiceLines } from "#libs/data/invoice-reads.ts";
import { pickTenant, printJson, withInstallation } from "../cli-context.ts";
import { requireInvoice } from "../find-invoice.ts";

/** `billwright invoice explain NUMBER`: how each line came to its amount, in words that a customer can read. */
export function explainCommand(): Command {
  return new Command("explain")
    .description("say how each line came to its amount, in words that a customer can read")
    .argument("<invoice>", "its number, or its id inv_...")
    .option("--tenant <uuid>", "which tenant, when there are several")
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  billwright invoice explain INV-202604-00001\n  billwright invoice explain INV-202604-00001 --json",
    )
    .action((reference: string, options: { tenant?: string; json?: boolean }) =>
      withInstallation(async (installation) => {
        const tenantId = await pickTenant(installation, options.tenant);
        const { publicUrl } = installation.deps;
        const { invoice, lines } = await withTenant(
          installation.database,
          { tenantId, actor: "cli" },
          async (tx) => {
            const row = await requireInvoice(tx, reference);
            return {
              invoice: row,
              lines: await explainLines(tx, row, await listInvoiceLines(tx, row.id)),
            };
          },
        );
        if (options.json)
          return printJson(lines.map((line) => presentLineExplanation(invoice, line, publicUrl)));
        process.stdout.write(`${describe(invoice, lines)}\n`);
      }),
    );
}

function describe(invoice: InvoiceView, lines: readonly ExplainedLine[]): string {
  const { currency } = invoice;
  const money = (minor: bigint) => `${formatMoney({ minor, currency })} ${currency}`;
  const totals = [
    `Subtotal ${money(invoice.subtotal_minor)}`,
    ...(invoice.discount_total_minor === 0n ? [] : [`discounts -${money(invoice.discount_total_minor)}`]),
    ...(invoice.tax_total_minor === 0n ? [] : [`tax ${money(invoice.tax_total_minor)}`]),
    `total ${money(invoice.total_minor)}`,
    ...(invoice.credit_total_minor === 0n ? [] : [`credits -${money(invoice.credit_total_minor)}`]),
    `due ${money(invoice.amount_due_minor)}`,
  ];
  return [
    `Invoice ${invoice.number ?? "(draft)"}`,
    ...lines.flatMap(({ line, buckets, timezone }) => [
      "",
      ...describeLine({
        description: line.description,
        group: line.group_key,
        timezone,
        period: [line.period_start.toISOString(), line.period_end.toISOString()],
        quantity: line.quantity,
        unit: line.unit,
        eventCount: line.event_count,
        days: buckets.length,
        steps: line.steps,
        tiers: line.tiers,
        exactAmount: line.exact_amount,
        amount: money(line.amount_minor),
        roundingMode: line.rounding_mode,
      }),
    ]),
    "",
    totals.join(", "),
  ].join("\n");
}
