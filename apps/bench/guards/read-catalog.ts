import type { OwnerClient } from "./probe-guard.ts";

type Check = { readonly table: string; readonly constraint: string };
type ForeignKey = {
  readonly table: string;
  readonly constraint: string;
  /** Beside `tenant_id`, joined with `+`; `tenant_id` when there is no other. */
  readonly columns: string;
  readonly parent: string;
  /** Whether it is (tenant_id, ...) -> (tenant_id, ...). */
  readonly paired: boolean;
};
type Unique = {
  readonly table: string;
  readonly index: string;
  /** Set when the index belongs to a constraint. */
  readonly constraint: string | null;
  /** With the condition of a partial one. */
  readonly columns: string;
};
type Trigger = { readonly table: string; readonly trigger: string };
type Policy = { readonly table: string; readonly policy: string; readonly isRestrictive: boolean };
type Table = {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly required: boolean }[];
  readonly secured: boolean;
  readonly forced: boolean;
};
type Grant = {
  readonly table: string;
  /** Null: the whole table. */
  readonly column: string | null;
  readonly grantee: string;
  readonly privilege: string;
};
type OwnersFunction = { readonly name: string; readonly signature: string; readonly grantees: string[] };

/** What PostgreSQL's own catalog says of the schema `public`. */
export type Catalog = {
  readonly tables: readonly Table[];
  readonly checks: readonly Check[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly uniques: readonly Unique[];
  readonly exclusions: readonly Check[];
  readonly triggers: readonly Trigger[];
  readonly policies: readonly Policy[];
  readonly grants: readonly Grant[];
  /** Functions that run with their owner's rights. */
  readonly ownersFunctions: readonly OwnersFunction[];
};

const ours = "c.relnamespace = 'public'::regnamespace and c.relname <> '_prisma_migrations'";

const columnsOf = (relation: string, numbers: string) =>
  `(select array_agg(a.attname::text order by part.place) from unnest(${numbers}::int[]) with ordinality part (number, place)
      join pg_attribute a on a.attrelid = ${relation} and a.attnum = part.number)`;

const queries: Readonly<Record<keyof Catalog, string>> = {
  tables: `
    select c.relname as name, c.relrowsecurity as secured, c.relforcerowsecurity as forced,
           (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, null),
                     'required', a.attnotnull and not a.atthasdef) order by a.attnum)
              from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
      from pg_class c where ${ours} and c.relkind in ('r', 'p') order by 1`,
  checks: `
    select c.relname as table, k.conname as constraint from pg_constraint k join pg_class c on c.oid = k.conrelid
     where ${ours} and k.contype = 'c' order by 1, 2`,
  exclusions: `
    select c.relname as table, k.conname as constraint from pg_constraint k join pg_class c on c.oid = k.conrelid
     where ${ours} and k.contype = 'x' order by 1, 2`,
  foreignKeys: `
    select c.relname as table, k.conname as constraint, k.confrelid::regclass::text as parent,
           array_to_string(case when cardinality(k.conkey) = 1 then own else array_remove(own, 'tenant_id') end, '+') as columns,
           cardinality(k.conkey) = 1 or exists (select from generate_subscripts(own, 1) n where own[n] = 'tenant_id' and other[n] = 'tenant_id') as paired
      from pg_constraint k join pg_class c on c.oid = k.conrelid,
           lateral (select ${columnsOf("k.conrelid", "k.conkey")} as own, ${columnsOf("k.confrelid", "k.confkey")} as other) as names
     where ${ours} and k.contype = 'f' order by 1, 2`,
  uniques: `
    select c.relname as table, i.indexrelid::regclass::text as index, k.conname as constraint,
           array_to_string(${columnsOf("c.oid", "i.indkey")}, ', ') || coalesce(' where ' || pg_get_expr(i.indpred, i.indrelid), '') as columns
      from pg_index i join pg_class c on c.oid = i.indrelid left join pg_constraint k on k.conindid = i.indexrelid and k.contype in ('p', 'u')
     where ${ours} and i.indisunique order by 1, 2`,
  triggers: `
    select c.relname as table, t.tgname as trigger from pg_trigger t join pg_class c on c.oid = t.tgrelid
     where ${ours} and not t.tgisinternal order by 1, 2`,
  policies: `
    select c.relname as table, p.polname as policy, not p.polpermissive as "isRestrictive" from pg_policy p join pg_class c on c.oid = p.polrelid
     where ${ours} order by 1, 2`,
  grants: `
    select c.relname as table, null as column, case when g.grantee = 0 then 'public' else g.grantee::regrole::text end as grantee,
           lower(g.privilege_type) as privilege
      from pg_class c, aclexplode(c.relacl) g where ${ours} and c.relkind in ('r', 'p') and g.grantee <> c.relowner
    union all
    select c.relname, a.attname, case when g.grantee = 0 then 'public' else g.grantee::regrole::text end, lower(g.privilege_type)
      from pg_class c join pg_attribute a on a.attrelid = c.oid, aclexplode(a.attacl) g where ${ours} and g.grantee <> c.relowner
     order by 1, 2 nulls first, 3, 4`,
  ownersFunctions: `
    select p.proname as name, p.oid::regprocedure::text as signature,
           array(select case when g.grantee = 0 then 'public' else g.grantee::regrole::text end
                   from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g where g.grantee <> p.proowner order by 1) as grantees
      from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef order by 1`,
};

export async function readCatalog(owner: OwnerClient): Promise<Catalog> {
  const catalog: Record<string, unknown> = {};
  for (const [part, query] of Object.entries(queries)) catalog[part] = (await owner.query(query)).rows;
  return catalog as Catalog;
}
