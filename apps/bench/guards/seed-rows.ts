import { createHash } from "node:crypto";
import type { Catalog } from "./read-catalog.ts";
import type { OwnerClient } from "./probe-guard.ts";
import { foreignKeys } from "./lists/foreign-keys.ts";

/** Two tenants, each with one row in every table that is theirs. */
export const tenantA = seedId("tenant", "a");
export const tenantB = seedId("tenant", "b");

/** Columns that a made-up value does not fit: a check allows a few only, or a probe needs this one. */
const fitting: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  api_idempotency: { state: "'running'" },
  api_key: { role: "'admin'" },
  billing_period: { state: "'claimed'", end_at: "'2026-02-01'", prev_end_at: "null" },
  billing_run: { kind: "'month'", state: "'planning'" },
  coupon: { kind: "'percent'", duration: "'once'", percent_off: "10" },
  dispute: { state: "'needs_response'" },
  effect: { state: "'planned'" },
  event_import: { format: "'csv'", state: "'pending'" },
  invoice: {
    invoice_type: "'one_off'",
    kind: "'cycle'",
    number: "null",
    total_minor: "100",
    amount_due_minor: "99",
  },
  invoice_line: { kind: "'adjustment'" },
  job: { state: "'pending'" },
  payment_attempt: { state: "'open'" },
  provider_account: { is_current: "true" },
  reconciliation: { state: "'pending'" },
  refund: { state: "'pending'" },
  subscription: { status: "'active'", collection: "'send_invoice'" },
  subscription_change: { state: "'pending'" },
  subscription_item: { proration: "'second'" },
  tenant: { mode: "'test'" },
  tenant_schedule: { name: "'billing.month'", next_run_at: "'2026-01-01'" },
};

const byType: Readonly<Record<string, string>> = {
  ...{ integer: "1", bigint: "1", numeric: "1", boolean: "false", jsonb: "'{}'" },
  "timestamp with time zone": "'2026-01-01'",
};

/** One row in every table for each of two tenants, past foreign keys and triggers, which it satisfies nevertheless. */
export async function seedRows(owner: OwnerClient, catalog: Catalog): Promise<void> {
  await owner.query("begin");
  await owner.query("set local session_replication_role = replica");
  for (const table of catalog.tables) {
    const keys = catalog.uniques
      .filter((unique) => unique.table === table.name)
      .map(({ columns }) => columns);
    for (const tenant of ["a", "b"]) {
      const values = table.columns.flatMap((column): [string, string][] => {
        const value = valueFor(table.name, column, tenant, keys);
        return value === null ? [] : [[column.name, value]];
      });
      const names = values.map(([name]) => `"${name}"`).join(", ");
      await owner.query(
        `insert into ${table.name} (${names}) values (${values.map(([, value]) => value).join(", ")})`,
      );
    }
  }
  await owner.query("commit");
}

type Column = Catalog["tables"][number]["columns"][number];

/** SQL of a column's value; null leaves it to its default. */
function valueFor(table: string, column: Column, tenant: string, keys: readonly string[]): string | null {
  const fit = fitting[table]?.[column.name];
  if (fit !== undefined) return fit;
  if (column.name === "tenant_id") return `'${seedId("tenant", tenant)}'`;
  const parent = foreignKeys[table]?.[column.name];
  // A row that points to a row of its own table would be its own correction.
  if (parent === table) return null;
  if (parent !== undefined) return `'${seedId(parent, tenant)}'`;
  if (column.name === "id" && column.type === "uuid") return `'${seedId(table, tenant)}'`;
  const isKey = keys.some((key) => key.split(" where ")[0]?.split(", ").includes(column.name));
  if (!column.required && !isKey) return null;
  const text = `${table}.${column.name}.${tenant}`;
  if (column.type === "uuid") return `'${seedId(text, tenant)}'`;
  if (column.type === "bytea") return `'${text}'::bytea`;
  return byType[column.type] ?? `'${text}'`;
}

/** A row's key, the same in every run. */
export function seedId(table: string, tenant: string): string {
  const hex = createHash("sha256").update(`${table} ${tenant}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}
