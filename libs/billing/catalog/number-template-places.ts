import { assertNoPlaces, placesOf } from "#libs/core/assert-places.ts";
import type { ErrorPlace } from "#libs/core/errors.ts";
import { mayGiveSameNumber } from "#libs/core/invoice/number-clash.ts";
import { parseSeriesKey } from "#libs/core/invoice/number-series.ts";
import {
  assertNumbersCarried,
  type NumberTemplate,
  parseNumberTemplate,
} from "#libs/core/invoice/number-template.ts";
import type { Settings } from "#libs/core/settings.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { listSeriesKeys } from "#libs/data/document-series.ts";
import { listImportedNumbers, lockImports } from "#libs/data/imported-invoices.ts";
import { decideContinued, saveContinued } from "../invoice/continue-series.ts";

type Templates = Pick<Settings, "invoiceNumberTemplate" | "creditNoteNumberTemplate">;

const fields = [
  ["invoice_number_template", "invoiceNumberTemplate", "invoice"],
  ["credit_note_number_template", "creditNoteNumberTemplate", "credit_note"],
] as const;

/**
 * Waits for an import that runs, and lets none begin until the transaction ends, where a template changes: an import that is
 * not committed cannot be seen, and its numbers would be given again.
 */
export async function lockImportsForTemplates(
  tx: TenantTx,
  before: Templates,
  after: Templates,
): Promise<void> {
  if (fields.some(([, key]) => before[key] !== after[key])) await lockImports(tx);
}

/**
 * Faults of the number templates of new settings: of each by itself, and where two of them, or one and another that has
 * numbered documents before, could give the same number, which the second document would then be refused for. Templates
 * that stay as they are are not asked again.
 */
export async function numberTemplatePlaces(
  tx: TenantTx,
  before: Templates,
  after: Templates,
): Promise<ErrorPlace[]> {
  const changed = fields.filter(([, key]) => before[key] !== after[key]);
  const places = changed.flatMap(([path, key]) =>
    placesOf(path, () => assertNumbersCarried(parseNumberTemplate(after[key]))),
  );
  if (changed.length === 0 || places.length > 0) return places;
  const [path, key] = changed[0] ?? fields[0];
  const other = fields.find(([name]) => name !== path) ?? fields[1];
  const used = await usedTemplates(tx);
  return [
    ...clashes(path, after[key], [[other[0], parseNumberTemplate(after[other[1]])]]),
    ...changed.flatMap(([name, field]) =>
      clashes(
        name,
        after[field],
        used
          .filter(({ source }) => source !== after[field])
          .map((template) => [`${JSON.stringify(template.source)}, which has given numbers`, template]),
      ),
    ),
  ];
}

/**
 * Lets the series of new templates go on after imported numbers that look like theirs; after `lockImportsForTemplates`.
 * However high they are: what is held can only be gone on after, and another template begins anew.
 * @throws DomainError fields_invalid, version_conflict
 */
export async function continueImported(tx: TenantTx, before: Templates, after: Templates): Promise<void> {
  for (const [path, key, document] of fields.filter(([, each]) => before[each] !== after[each])) {
    const numbers = (await listImportedNumbers(tx)).map(({ number, issued_at }) => ({
      ...{ number, issuedAt: issued_at, path },
    }));
    const templates = [{ document, template: parseNumberTemplate(after[key]) }];
    const { series, places } = await decideContinued(tx, templates, numbers, null);
    assertNoPlaces(places.slice(0, 1));
    await saveContinued(tx, series);
  }
}

function clashes(
  path: string,
  source: string,
  others: readonly (readonly [name: string, template: NumberTemplate])[],
): ErrorPlace[] {
  const [name] = others.find(([, other]) => mayGiveSameNumber(parseNumberTemplate(source), other)) ?? [];
  if (name === undefined) return [];
  const message = `${JSON.stringify(source)} could give the same number as ${name}; begin it with other letters`;
  return [{ path, code: "invoice_number_template_invalid", message }];
}

async function usedTemplates(tx: TenantTx): Promise<NumberTemplate[]> {
  const templates = (await listSeriesKeys(tx)).map((key) => parseSeriesKey(key).template);
  return [...new Map(templates.map((template) => [template.source, template])).values()];
}
