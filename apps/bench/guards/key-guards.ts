import type { Guard, Probe } from "./guard.ts";
import { checks } from "./lists/checks.ts";
import { alsoSet, foreignKeys } from "./lists/foreign-keys.ts";
import { uniques } from "./lists/uniques.ts";
import type { Catalog } from "./read-catalog.ts";
import { seedId, tenantA } from "./seed-rows.ts";

type Made = Omit<Guard, "tests" | "edit">;

/** Names of the checks, keys and uniques that are listed. */
export function listedKeys(): string[] {
  const names = (kind: string, list: Readonly<Record<string, readonly string[]>>) =>
    Object.entries(list).flatMap(([table, each]) => each.map((name) => `${kind} ${table}${name}`));
  const entries = Object.entries(foreignKeys);
  return [
    ...names(
      "check",
      Object.fromEntries(Object.entries(checks).map(([t, c]) => [t, Object.keys(c).map((n) => `.${n}`)])),
    ),
    ...entries.flatMap(([table, keys]) =>
      Object.entries(keys).map(([columns, parent]) => `foreign key ${table}.${columns} -> ${parent}`),
    ),
    ...names(
      "unique",
      Object.fromEntries(Object.entries(uniques).map(([t, u]) => [t, u.map((n) => ` (${n})`)])),
    ),
  ];
}

/** Every check that the catalog holds; one that is not listed has no probe. */
export function checkGuards(catalog: Catalog): Made[] {
  return catalog.checks.map(({ table, constraint }) => {
    const broken = checks[table]?.[constraint];
    return {
      kind: "check",
      name: `${table}.${constraint}`,
      removal: `alter table ${table} drop constraint ${constraint}`,
      probes:
        broken === undefined
          ? []
          : [
              {
                past: "triggers",
                act: `update ${table} set ${broken}`,
                answer: { code: "23514", constraint },
              },
            ],
    };
  });
}

/** Every foreign key that the catalog holds: it refuses a row that is not there, and one of another tenant. */
export function foreignKeyGuards(catalog: Catalog): Made[] {
  return catalog.foreignKeys.map((key) => {
    const { table, constraint, columns, parent, paired } = key;
    const others = catalog.foreignKeys.filter(
      (other) => other.constraint !== constraint && (other.table === table || other.parent === table),
    );
    const setUp = [
      `alter table ${table} disable trigger user`,
      ...others.map((other) => `alter table ${other.table} drop constraint ${other.constraint}`),
    ];
    const own = columns.split("+").at(-1) ?? columns;
    const more = alsoSet[`${table}.${columns}`];
    const pointTo = (value: string): Probe => ({
      setUp,
      act: `update ${table} set ${own} = '${value}'${more === undefined ? "" : `, ${more}`} where tenant_id = '${tenantA}'`,
      answer: { code: "23503", constraint },
    });
    const nowhere = own.endsWith("_at") ? "1999-01-01" : seedId("nothing", "a");
    return {
      kind: "foreign key",
      name: `${table}.${columns} -> ${parent}${paired ? "" : " (tenant_id is not paired)"}`,
      removal: `alter table ${table} drop constraint ${constraint}`,
      probes: [
        pointTo(nowhere),
        ...(columns === "tenant_id" || own.endsWith("_at") ? [] : [pointTo(seedId(parent, "b"))]),
      ],
    };
  });
}

/** Every unique key that the catalog holds: with all others gone, it alone refuses a copy of a row. */
export function uniqueGuards(catalog: Catalog): Made[] {
  return catalog.uniques.map((unique) => {
    const { table, index, columns } = unique;
    const others = catalog.uniques.filter((other) => other.table === table && other.index !== index);
    return {
      kind: "unique",
      name: `${table} (${columns})`,
      removal: dropUnique(unique),
      probes: [
        {
          setUp: [...others.map(dropUnique), ...fillKey(unique)],
          past: "triggers",
          act: `insert into ${table} select * from ${table}`,
          answer: { code: "23505", constraint: index },
        },
      ],
    };
  });
}

/** What else refers to the key goes with it. */
function dropUnique({ table, index, constraint }: Catalog["uniques"][number]): string {
  return constraint === null
    ? `drop index ${index} cascade`
    : `alter table ${table} drop constraint ${constraint} cascade`;
}

/** A draft has no number: only an issued invoice can share one. */
function fillKey({ table, columns }: Catalog["uniques"][number]): string[] {
  if (table !== "invoice" || !columns.includes("number")) return [];
  return [
    "set local session_replication_role = replica",
    `update invoice set invoice_status = 'finalized', number = tenant_id::text`,
  ];
}
