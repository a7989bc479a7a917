import type { Guard, Probe } from "./guard.ts";
import { type TriggerProbe, type TriggerRule, triggerRules, triggers } from "./lists/triggers.ts";
import type { Catalog } from "./read-catalog.ts";

type Made = Omit<Guard, "tests" | "edit">;

/** Every trigger that the catalog holds. */
export function triggerGuards(catalog: Catalog): Made[] {
  return catalog.triggers.map(({ table, trigger }) => ({
    kind: "trigger",
    name: `${table}.${trigger}`,
    removal: `drop trigger ${trigger} on ${table}`,
    probes: (triggers[table]?.[trigger] ?? []).map((probe) => alone(catalog, table, probe)),
  }));
}

/** Every listed condition of a trigger's function. */
export function ruleGuards(catalog: Catalog): Made[] {
  return triggerRules.map((rule) => ({
    kind: "rule",
    name: `${rule.function} ${rule.name}`,
    removal: withoutTexts(rule),
    probes: [alone(catalog, rule.table, rule.probe)],
  }));
}

/** Without the foreign keys around a table, which could refuse the same. */
function alone(catalog: Catalog, table: string, probe: TriggerProbe): Probe {
  const keys = catalog.foreignKeys.filter((key) => key.table === table || key.parent === table);
  const dropped = keys.map((key) => `alter table ${key.table} drop constraint ${key.constraint}`);
  return { ...probe, setUp: [...dropped, ...(probe.setUp ?? [])] };
}

/** Writes the function anew without the texts; fails when one is not there. */
function withoutTexts(rule: TriggerRule): string {
  const cuts = rule.texts.map(
    (text) => `
    assert strpos(body, $text$${text}$text$) > 0, '${rule.function} does not hold the text of the rule';
    body := replace(body, $text$${text}$text$, $text$${rule.without ?? ""}$text$);`,
  );
  return `do $do$
  declare body text := pg_get_functiondef('${rule.function}'::regproc);
  begin${cuts.join("")}
    execute body;
  end $do$`;
}

export function listedTriggers(): string[] {
  return Object.entries(triggers).flatMap(([table, own]) =>
    Object.keys(own).map((trigger) => `trigger ${table}.${trigger}`),
  );
}
