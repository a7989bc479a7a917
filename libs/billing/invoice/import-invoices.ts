import { assertNoPlaces } from "#libs/core/assert-places.ts";
import type { ErrorPlace } from "#libs/core/errors.ts";
import {
  type ImportedFacts,
  type ImportedInvoice,
  importedLines,
  readImported,
} from "#libs/core/invoice/imported-invoice.ts";
import { type NumberSeries, parseSeriesKey } from "#libs/core/invoice/number-series.ts";
import { parseNumberTemplate } from "#libs/core/invoice/number-template.ts";
import { openingPostings, paymentPostings } from "#libs/core/ledger/postings.ts";
import { allocate } from "#libs/core/money/allocate.ts";
import { parseRef } from "#libs/core/object-ref.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { type TenantTx, toDate } from "#libs/data/database.ts";
import { listSeriesKeys } from "#libs/data/document-series.ts";
import {
  findInvoicesByNumber,
  insertImportedPayments,
  issueImported,
  lockImports,
} from "#libs/data/imported-invoices.ts";
import { lockDraftInvoices } from "#libs/data/invoice-finalization.ts";
import { insertDraftInvoices, type NewInvoice } from "#libs/data/invoices.ts";
import { postLedger } from "#libs/data/ledger.ts";
import { newId } from "#libs/data/new-id.ts";
import { findTaxRates, type TaxRateRow } from "#libs/data/tax-rates.ts";
import { currentTemplates } from "#libs/data/templates.ts";
import { currentSettings, type VersionedSettings } from "#libs/data/tenant-settings.ts";
import { findCustomers } from "#libs/data/usage-references.ts";
import { buildDocument } from "./build-document.ts";
import {
  type ContinuedSeries,
  decideContinued,
  type DocumentTemplates,
  saveContinued,
  widestNumberGap,
} from "./continue-series.ts";
import { differenceToImported } from "./difference-to-imported.ts";

export type ImportOutcome = {
  readonly imported: number;
  /** Imported before, saying the same. */
  readonly skipped: number;
  /** Series that go on after an imported number. */
  readonly series: readonly { readonly series: NumberSeries; readonly importedTo: bigint }[];
};

type Decided = { readonly draft: NewInvoice; readonly number: string; readonly facts: ImportedFacts };

const atOnce = 200;

/**
 * Takes in invoices that another engine issued: issued here too, under their numbers, marked as imported and never changed,
 * printed, mailed, reminded of or charged by itself. All or none of them: what is wrong is named by its place (`invoices.3.total`).
 * Counters of series are taken last, so that invoices are issued beside a long import; a dry run locks nothing.
 * The ledger opens with what each customer owes and has paid, as of those days; revenue and tax stay in the other books. Series
 * whose numbers look like imported ones go on after the highest; one far above the others is refused unless `allowNumberGap`. A number that was imported before and says the same is left as
 * it is, one that says something else is refused (`differenceToImported`). Webhooks are not told, as nothing happened now.
 * @throws DomainError fields_invalid, version_conflict
 */
export async function importInvoices(
  tx: TenantTx,
  input: {
    readonly invoices: readonly ImportedInvoice[];
    readonly dryRun: boolean;
    readonly allowNumberGap?: boolean;
  },
): Promise<ImportOutcome> {
  if (!input.dryRun) await lockImports(tx);
  const settings = await currentSettings(tx);
  const { fresh, skipped } = await decide(tx, input.invoices, settings);
  const continued = await decideContinued(
    tx,
    await templatesOf(tx, settings),
    fresh.map(({ number, facts, path }) => ({
      number,
      issuedAt: toDate(facts.issuedAt),
      path: `${path}.number`,
    })),
    input.allowNumberGap === true ? null : widestNumberGap,
  );
  assertNoPlaces(continued.places);
  if (!input.dryRun) await save(tx, fresh, continued.series, settings);
  return { imported: fresh.length, skipped, series: continued.series };
}

async function decide(
  tx: TenantTx,
  invoices: readonly ImportedInvoice[],
  settings: VersionedSettings,
): Promise<{ readonly fresh: readonly (Decided & { readonly path: string })[]; readonly skipped: number }> {
  const customers = await findCustomers(tx, [...new Set(invoices.map(({ customer }) => customer))]);
  const rateRefs = [...new Set(invoices.flatMap(({ taxRate }) => taxRate ?? []))];
  const rates = await findTaxRates(
    tx,
    rateRefs.map((text) => parseRef("tax_rate", text)),
  );
  const stored = await findInvoicesByNumber(
    tx,
    invoices.map(({ number }) => number),
  );
  const { timezone } = settings.settings;
  const seen = new Map<string, number>();
  const places: ErrorPlace[] = [];
  const fresh: (Decided & { readonly path: string })[] = [];
  let skipped = 0;
  for (const [index, invoice] of invoices.entries()) {
    const path = `invoices.${index}`;
    const fault = (field: string, code: string, message: string) =>
      places.push({ path: `${path}.${field}`, code, message });
    const first = seen.get(invoice.number);
    if (first !== undefined)
      fault("number", "duplicate", `${invoice.number} stands at invoices.${first} too`);
    seen.set(invoice.number, first ?? index);
    const customerId = customers.get(invoice.customer);
    if (customerId === undefined)
      fault("customer", "customer_not_found", `there is no customer ${JSON.stringify(invoice.customer)}`);
    const rate = rateOf(rates, invoice.taxRate);
    if (rate === null)
      fault("tax_rate", "tax_rate_not_found", `there is no tax rate ${JSON.stringify(invoice.taxRate)}`);
    const read = readImported(invoice, { timezone, now: tx.now });
    if ("places" in read) {
      for (const each of read.places) fault(each.path, each.code, each.message);
      continue;
    }
    if (customerId === undefined || rate === null || first !== undefined) continue;
    const known = stored.get(invoice.number);
    if (known !== undefined) {
      const said = differenceToImported(known, { invoice, customerId, rate, facts: read.facts });
      if (said === null) skipped += 1;
      else fault("number", "invoice_number_taken", said);
      continue;
    }
    const made = draftOf(invoice, { customerId, rate, facts: read.facts, settings });
    if (made.fault !== null) fault(made.fault.path, made.fault.code, made.fault.message);
    else fresh.push({ draft: made.draft, number: invoice.number, facts: read.facts, path });
  }
  assertNoPlaces(places);
  return { fresh, skipped };
}

/** Undefined: none is named; null: it does not exist. */
function rateOf(rates: readonly TaxRateRow[], text: string | undefined): TaxRateRow | undefined | null {
  if (text === undefined) return undefined;
  const ref = parseRef("tax_rate", text);
  return rates.find((rate) => ("id" in ref ? rate.id === ref.id : rate.code === ref.code)) ?? null;
}

function draftOf(
  invoice: ImportedInvoice,
  terms: {
    readonly customerId: string;
    readonly rate: TaxRateRow | undefined;
    readonly facts: ImportedFacts;
    readonly settings: VersionedSettings;
  },
): { readonly draft: NewInvoice; readonly fault: null } | { readonly fault: ErrorPlace } {
  const { customerId, rate, facts, settings } = terms;
  const id = newId();
  const taxInclusive = rate?.inclusive === true;
  const { lines, subtotalMinor, fault } = importedLines(invoice, {
    facts,
    taxInclusive,
    key: `import/${id}`,
  });
  if (fault !== null) return { fault };
  const { totalMinor, taxMinor } = facts;
  const taxParts = allocate(
    taxMinor,
    lines.map(({ amountMinor }) => (amountMinor > 0n ? amountMinor : 0n)),
  );
  const rateId = rate?.id ?? "";
  const draft: NewInvoice = {
    ...{
      id,
      customerId,
      subscriptionId: null,
      invoiceType: "one_off",
      currency: invoice.currency,
      boundary: null,
    },
    ...{ billingReason: "imported", periodStart: null, periodEnd: null, settingsVersion: settings.version },
    ...{
      roundingMode: "half_up",
      finalizeAt: null,
      dueAt: facts.dueAt,
      description: invoice.description ?? null,
    },
    lines: lines.map(({ line }) => line),
    assembled: {
      lines: lines.map(({ line, amountMinor }, index) => {
        const lineTax = taxParts[index] ?? 0n;
        const taxes = lineTax === 0n ? [] : [{ taxRateId: rateId, amountMinor: lineTax }];
        return { key: line.sourceKey, amountMinor, discountMinor: 0n, taxMinor: lineTax, taxes };
      }),
      ...{ subtotalMinor, discountTotalMinor: 0n, taxTotalMinor: taxMinor, totalMinor },
      exclusiveTaxMinor: taxInclusive ? 0n : taxMinor,
      ...{ creditTotalMinor: 0n, amountDueMinor: totalMinor, discounts: [], creditsUsed: [], steps: [] },
      taxes:
        rate === undefined || taxMinor === 0n
          ? []
          : [
              {
                ...{
                  taxRateId: rate.id,
                  name: rate.name,
                  percentage: rate.percentage,
                  inclusive: rate.inclusive,
                },
                ...{ taxableMinor: totalMinor - taxMinor, amountMinor: taxMinor },
              },
            ],
    },
  };
  return { draft, fault: null };
}

async function save(
  tx: TenantTx,
  fresh: readonly Decided[],
  continued: readonly ContinuedSeries[],
  settings: VersionedSettings,
): Promise<void> {
  if (fresh.length === 0) return;
  for (let at = 0; at < fresh.length; at += atOnce)
    await saveSome(tx, fresh.slice(at, at + atOnce), settings);
  await writeAudit(tx, {
    ...{ action: "invoice.import", targetType: "tenant", targetId: tx.tenantId },
    after: { invoices: fresh.length, numbers: [fresh[0]?.number ?? "", fresh.at(-1)?.number ?? ""] },
  });
  await saveContinued(tx, continued);
}

async function saveSome(tx: TenantTx, list: readonly Decided[], settings: VersionedSettings): Promise<void> {
  await insertDraftInvoices(
    tx,
    list.map(({ draft }) => draft),
  );
  const rows = new Map(
    (
      await lockDraftInvoices(
        tx,
        list.map(({ draft }) => draft.id),
      )
    ).map((row) => [row.id, row]),
  );
  const { invoice_pdf: template } = await currentTemplates(tx, ["invoice_pdf"]);
  const { timezone } = settings.settings;
  await issueImported(
    tx,
    list.map(({ draft, number, facts }) => {
      const row = rows.get(draft.id);
      if (row === undefined) throw new Error(`the imported draft ${draft.id} is gone`);
      const termsDays = row.customer.payment_terms_days ?? settings.settings.paymentTermsDays;
      const due = facts.issuedAt.toZonedDateTimeISO(timezone).add({ days: termsDays }).toInstant();
      const document = buildDocument(row, settings, template);
      return { invoiceId: draft.id, number, issuedAt: facts.issuedAt, dueAt: facts.dueAt ?? due, document };
    }),
  );
  const paid = list.filter(({ facts }) => facts.paidMinor > 0n);
  const paymentIds = await insertImportedPayments(
    tx,
    paid.map(({ draft, facts }) => ({
      ...{ invoiceId: draft.id, customerId: draft.customerId, currency: draft.currency },
      ...{ amountMinor: facts.paidMinor, receivedAt: facts.paidAt },
    })),
  );
  await postLedger(tx, [
    ...list.map(({ draft: { id, customerId, currency }, facts }) => ({
      ...{ kind: "invoice.finalized", ref: id, customerId, invoiceId: id, occurredAt: facts.issuedAt },
      postings: openingPostings({ currency, totalMinor: facts.totalMinor }),
    })),
    ...paid.map(({ draft: { id, customerId, currency }, facts }, index) => ({
      ...{ kind: "payment.succeeded", ref: paymentIds[index] ?? "", customerId, invoiceId: id },
      occurredAt: facts.paidAt,
      postings: paymentPostings({ provider: "imported", currency, amountMinor: facts.paidMinor }),
    })),
  ]);
}

/** The templates in force, and those that have numbered before. */
async function templatesOf(tx: TenantTx, { settings }: VersionedSettings): Promise<DocumentTemplates> {
  const used = (await listSeriesKeys(tx)).map(parseSeriesKey);
  const all = [
    { document: "invoice" as const, template: parseNumberTemplate(settings.invoiceNumberTemplate) },
    { document: "credit_note" as const, template: parseNumberTemplate(settings.creditNoteNumberTemplate) },
    ...used.map(({ document, template }) => ({ document, template })),
  ];
  return [...new Map(all.map((each) => [`${each.document}|${each.template.source}`, each])).values()];
}
