import type { Guard, Probe } from "./guard.ts";
import { granted, grantedColumns, privileges } from "./lists/grants.ts";
import { systemReads, systemWrites, tenantTables } from "./lists/policies.ts";
import type { Catalog } from "./read-catalog.ts";
import { tenantA, tenantB } from "./seed-rows.ts";

type Made = Omit<Guard, "tests" | "edit">;
type Role = "app" | "system";
type Privilege = (typeof privileges)[keyof typeof privileges] | "truncate";

const roles: readonly Role[] = ["app", "system"];
const roleName = (role: Role) => `billwright_${role}`;
const enterTenant = `select set_config('billwright.tenant_id', '${tenantA}', true)`;
const keyOf = (table: string) => (table === "tenant" ? "id" : "tenant_id");

/** What the application sees of another tenant than the one it is in. */
function readOther(table: string): Probe {
  return {
    setUp: [enterTenant],
    as: roleName("app"),
    act: `select 1 from ${table} where ${keyOf(table)} <> '${tenantA}'`,
    answer: "no rows",
  };
}

/** Row-level security of every table that is listed as a tenant's own, and each half of its policies. */
export function rowSecurityGuards(catalog: Catalog): Made[] {
  return [...tenantTables].flatMap((table): Made[] => [
    {
      kind: "row security",
      name: `${table} enabled`,
      removal: `alter table ${table} disable row level security`,
      probes: [readOther(table)],
    },
    {
      kind: "row security",
      name: `${table} forced`,
      removal: `alter table ${table} no force row level security`,
      probes: [
        {
          setUp: [
            "create role guard_owner",
            "grant usage, create on schema public to guard_owner",
            `alter table ${table} owner to guard_owner`,
          ],
          as: "guard_owner",
          act: `select 1 from ${table}`,
          answer: "no rows",
        },
      ],
    },
    {
      kind: "policy",
      name: `${table}.tenant_only reads`,
      removal: `alter policy tenant_only on ${table} using (true)`,
      probes: [readOther(table)],
    },
    {
      kind: "policy",
      name: `${table}.tenant_only writes`,
      removal: `alter policy tenant_only on ${table} ${table === "tenant" ? "using" : "with check"} (true)`,
      probes: [writeOther(catalog, table)],
    },
  ]);
}

/** A row for another tenant that is right in every other way. */
function writeOther(catalog: Catalog, table: string): Probe {
  if (table === "tenant") {
    const act = `update tenant set clock_now = clock_now where id = '${tenantB}'`;
    return { setUp: [enterTenant], as: roleName("app"), act, answer: "no rows" };
  }
  const columns = insertable(catalog, table).join(", ");
  const keys = catalog.uniques.filter((unique) => unique.table === table);
  return {
    setUp: [
      enterTenant,
      `create temporary table guard_row as select ${columns} from ${table} where tenant_id = '${tenantB}'`,
      `grant select on guard_row to ${roleName("app")}`,
      `alter table ${table} disable trigger user`,
      ...keys.map(({ index, constraint }) =>
        constraint === null
          ? `drop index ${index} cascade`
          : `alter table ${table} drop constraint ${constraint} cascade`,
      ),
    ],
    as: roleName("app"),
    act: `insert into ${table} (${columns}) select ${columns} from guard_row`,
    answer: { code: "42501", message: "row-level security" },
  };
}

function insertable(catalog: Catalog, table: string): readonly string[] {
  const some = grantedColumns.find(
    ([of, role, privilege]) => of === table && role === "app" && privilege === "a",
  );
  return (some?.[3] ?? columnsOf(catalog, table)).map((column) => `"${column}"`);
}

function columnsOf(catalog: Catalog, table: string): string[] {
  return catalog.tables.find(({ name }) => name === table)?.columns.map(({ name }) => name) ?? [];
}

/** What is open to the system's role must stay closed to the application's. */
export function systemPolicyGuards(): Made[] {
  const made = (policy: string) => (table: string) => ({
    kind: "policy" as const,
    name: `${table}.${policy} for the system only`,
    removal: `alter policy ${policy} on ${table} to public`,
    probes: [readOther(table)],
  });
  return [...systemReads.map(made("system_reads")), ...systemWrites.map(made("system_writes"))];
}

/** Every privilege that is not listed as granted: the server refuses it. */
export function grantGuards(catalog: Catalog): Made[] {
  return catalog.tables.flatMap(({ name }) => roles.flatMap((role) => deniedIn(catalog, name, role)));
}

function deniedIn(catalog: Catalog, table: string, role: Role): Made[] {
  const whole = granted[table]?.[role] ?? "";
  const denied = Object.entries(privileges).flatMap(([letter, privilege]): Made[] => {
    if (whole.includes(letter)) return [];
    const some = grantedColumns.find(([of, to, what]) => of === table && to === role && what === letter)?.[3];
    if (some === undefined) return [denial(catalog, table, role, privilege, null)];
    const others = columnsOf(catalog, table).filter((column) => !some.includes(column));
    return others.map((column) => denial(catalog, table, role, privilege, column));
  });
  return [...denied, denial(catalog, table, role, "truncate", null)];
}

function denial(
  catalog: Catalog,
  table: string,
  role: Role,
  privilege: Privilege,
  column: string | null,
): Made {
  const given = column ?? columnsOf(catalog, table)[0] ?? "";
  const acts: Readonly<Record<Privilege, string>> = {
    select: `select "${given}" from ${table} where false`,
    insert: `insert into ${table} ("${given}") select null where false`,
    update: `update ${table} set "${given}" = null where false`,
    delete: `delete from ${table} where false`,
    truncate: `truncate ${table}`,
  };
  // Who points to a table keeps it from being truncated, whoever asks.
  const children =
    privilege === "truncate" ? catalog.foreignKeys.filter(({ parent }) => parent === table) : [];
  return {
    kind: "grant",
    name: `no ${privilege} for ${role} on ${table}${column === null ? "" : `.${column}`}`,
    removal: `grant ${privilege}${column === null ? "" : ` ("${column}")`} on ${table} to ${roleName(role)}`,
    probes: [
      {
        setUp: [
          enterTenant,
          `alter table ${table} disable trigger user`,
          ...children.map((key) => `alter table ${key.table} drop constraint ${key.constraint}`),
        ],
        as: roleName(role),
        act: acts[privilege],
        answer: { code: "42501", message: `permission denied for table ${table}` },
      },
    ],
  };
}

/** The application's role has no power over the server. */
export function roleGuards(): Made[] {
  return ["superuser", "bypassrls"].map((power) => ({
    kind: "role",
    name: `app no${power}`,
    removal: `alter role ${roleName("app")} ${power}`,
    probes: [readOther("customer")],
  }));
}

/** Functions with their owner's rights: who may call them is all that stands before what they may do. */
export function functionGuards(catalog: Catalog): Made[] {
  return catalog.ownersFunctions.flatMap(({ name, signature }): Made[] => [
    {
      kind: "function",
      name: `${name} for the application only`,
      removal: `grant execute on function ${signature} to public`,
      probes: [
        {
          as: roleName("system"),
          act: `select ${signature.replace(/\(.*\)/, nullsOf)}`,
          answer: { code: "42501", message: `permission denied for function ${name}` },
        },
      ],
    },
    {
      kind: "function",
      name: `${name} looks in our schema first`,
      removal: `alter function ${signature} reset search_path`,
      probes: [],
    },
  ]);
}

/** `(uuid, integer)` as `(null::uuid, null::integer)`. */
function nullsOf(types: string): string {
  const nulls = types.slice(1, -1).split(",");
  return `(${nulls.map((type) => `null::${type}`).join(", ")})`;
}

/** Row security, policies and privileges as the lists say they are, in the words of `foundAccess`. */
export function listedAccess(): string[] {
  return [
    ...tenantTables.flatMap((table) => [`row security ${table}`, `policy ${table}.tenant_only`]),
    ...systemReads.map((table) => `policy ${table}.system_reads`),
    ...systemWrites.map((table) => `policy ${table}.system_writes`),
    ...Object.entries(granted).flatMap(([table, byRole]) =>
      roles.flatMap((role) =>
        [...(byRole[role] ?? "")].map(
          (letter) =>
            `grant ${privileges[letter as keyof typeof privileges]} on ${table} to ${roleName(role)}`,
        ),
      ),
    ),
    ...grantedColumns.flatMap(([table, role, letter, columns]) =>
      columns.map((column) => `grant ${privileges[letter]} on ${table}.${column} to ${roleName(role)}`),
    ),
  ];
}

export function foundAccess(catalog: Catalog): string[] {
  return [
    ...catalog.tables.flatMap(({ name, secured, forced }) =>
      secured && forced ? [`row security ${name}`] : [],
    ),
    ...catalog.policies.map(({ table, policy }) => `policy ${table}.${policy}`),
    ...catalog.grants.map(
      ({ table, column, grantee, privilege }) =>
        `grant ${privilege} on ${table}${column === null ? "" : `.${column}`} to ${grantee}`,
    ),
  ];
}
