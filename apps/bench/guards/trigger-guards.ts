import type { Guard } from "./guard.ts";
import { triggers } from "./lists/triggers.ts";
import type { Catalog } from "./read-catalog.ts";

/** Every trigger that the catalog holds. */
export function triggerGuards(catalog: Catalog): Omit<Guard, "tests" | "edit">[] {
  return catalog.triggers.map(({ table, trigger }) => {
    const keys = catalog.foreignKeys.filter((key) => key.table === table || key.parent === table);
    const alone = keys.map((key) => `alter table ${key.table} drop constraint ${key.constraint}`);
    return {
      kind: "trigger",
      name: `${table}.${trigger}`,
      removal: `drop trigger ${trigger} on ${table}`,
      probes: (triggers[table]?.[trigger] ?? []).map((probe) => ({
        ...probe,
        setUp: [...alone, ...(probe.setUp ?? [])],
      })),
    };
  });
}

export function listedTriggers(): string[] {
  return Object.entries(triggers).flatMap(([table, own]) =>
    Object.keys(own).map((trigger) => `trigger ${table}.${trigger}`),
  );
}
