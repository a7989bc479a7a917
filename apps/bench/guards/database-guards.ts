import {
  foundAccess,
  functionGuards,
  grantGuards,
  listedAccess,
  roleGuards,
  rowSecurityGuards,
  systemPolicyGuards,
} from "./access-guards.ts";
import { type Guard, guardLabel } from "./guard.ts";
import { checkGuards, foreignKeyGuards, listedKeys, uniqueGuards } from "./key-guards.ts";
import { namedTests } from "./lists/named-tests.ts";
import type { Catalog } from "./read-catalog.ts";
import { listedTriggers, ruleGuards, triggerGuards } from "./trigger-guards.ts";

/** Every guard of the database, with how it is taken away and what must notice. */
export function databaseGuards(catalog: Catalog): Guard[] {
  return [
    ...checkGuards(catalog),
    ...foreignKeyGuards(catalog),
    ...uniqueGuards(catalog),
    ...triggerGuards(catalog),
    ...ruleGuards(catalog),
    ...rowSecurityGuards(catalog),
    ...systemPolicyGuards(),
    ...grantGuards(catalog),
    ...functionGuards(catalog),
    ...roleGuards(),
  ].map((guard) => ({ ...guard, edit: null, tests: namedTests[guardLabel(guard)] ?? [] }));
}

/** Where the lists and the catalog disagree, a sentence each; none when every guard is listed, and every listed one is there. */
export function disagreements(catalog: Catalog): string[] {
  const found = [
    ...[...checkGuards(catalog), ...foreignKeyGuards(catalog), ...uniqueGuards(catalog)].map(guardLabel),
    ...triggerGuards(catalog).map(guardLabel),
    ...catalog.exclusions.map(({ table, constraint }) => `exclusion ${table}.${constraint}`),
    ...foundAccess(catalog),
  ];
  const listed = [...listedKeys(), ...listedTriggers(), ...listedAccess()];
  const known = new Set(databaseGuards(catalog).map(guardLabel));
  return [
    ...missing(found, listed).map(
      (label) => `${label} is in the database and not in apps/bench/guards/lists`,
    ),
    ...missing(listed, found).map(
      (label) => `${label} is in apps/bench/guards/lists and not in the database`,
    ),
    ...missing(Object.keys(namedTests), [...known]).map(
      (label) => `tests are named for ${label}, which is no guard`,
    ),
    ...catalog.policies
      .filter(({ isRestrictive }) => isRestrictive)
      .map(({ table, policy }) => `policy ${table}.${policy} is restrictive: say how it is taken away`),
  ];
}

function missing(all: readonly string[], from: readonly string[]): string[] {
  const there = new Set(from);
  return all.filter((each) => !there.has(each));
}
