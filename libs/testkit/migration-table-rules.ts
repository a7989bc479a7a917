import { bare, type Breach, nameForm, nameOf } from "./migration-words.ts";

/** What the migrations so far have done that later rules ask for; `made` and `added` are of the one that is read. */
export interface TableFacts {
  /** Tables that this migration makes: nobody uses them yet. */
  readonly made: Set<string>;
  /** Constraints that this migration adds, as `table.constraint`. */
  readonly added: Set<string>;
  /** Constraints CHECK (column IS NOT NULL) NOT VALID, as `table.constraint`, with their column. */
  readonly notNull: Map<string, string>;
  /** Those of them that were validated. */
  readonly validated: Set<string>;
}

const form = (text: string) => new RegExp(`^${text.replaceAll("NAME", nameForm)}`);
const dropColumn = form("drop (?!constraint )(?:column )?(?:if exists )?NAME");
const renames = /^(rename (?!constraint )|set schema )/;
const rewrites = /^set (tablespace|logged|unlogged|access method)\b/;
const setNotNull = form("alter (?:column )?NAME set not null");
const setType = form("alter (?:column )?NAME (?:set data )?type ");
const validate = form("validate constraint NAME");
const addNotNullCheck = form(
  "add constraint NAME check \\( (?:\\( )?NAME is not null(?: \\))? \\) not valid$",
);
const addConstraint = /^add (?:constraint \S+ )?(check|foreign key|unique|primary key|exclude|not null)\b/;

/** What one action of an ALTER TABLE breaks; the facts learn from it. */
export function breachOfAction(table: string, action: string, facts: TableFacts): Breach[] {
  learn(table, action, facts);
  if (facts.made.has(table)) return [];
  const one = (rule: Breach["rule"], message: string): Breach[] => [{ rule, message }];
  if (dropColumn.test(action) || renames.test(action))
    return one(
      "drop_or_rename",
      `${table}: the version that still runs uses the old name; first let no version use it, then drop it in a later release`,
    );
  if (rewrites.test(action)) return one("table_rewrite", `${table} is written anew while nobody can use it`);
  if (setType.test(action))
    return one(
      "type_change",
      `${table}: a new type may write the table anew: add a column, write both, backfill, read the new one`,
    );
  const column = setNotNull.exec(action)?.[1];
  if (column !== undefined) return breachOfNotNull(table, nameOf(column), facts);
  const validated = validate.exec(action)?.[1];
  if (validated !== undefined && facts.added.has(`${table}.${nameOf(validated)}`))
    return one(
      "unvalidated",
      `${table}: validate in a later migration, not under the lock of the one that adds it`,
    );
  return breachOfAdded(table, action);
}

function learn(table: string, action: string, facts: TableFacts): void {
  const [, constraint, column] = addNotNullCheck.exec(action) ?? [];
  if (constraint !== undefined) facts.notNull.set(`${table}.${nameOf(constraint)}`, nameOf(column));
  const added = form("add constraint NAME").exec(action)?.[1];
  if (added !== undefined) facts.added.add(`${table}.${nameOf(added)}`);
  const validated = validate.exec(action)?.[1];
  if (validated !== undefined) facts.validated.add(`${table}.${nameOf(validated)}`);
}

/** SET NOT NULL reads the whole table under its lock, unless a valid check says already that no row is null. */
function breachOfNotNull(table: string, column: string, { notNull, validated }: TableFacts): Breach[] {
  const isProven = [...notNull].some(
    ([constraint, of]) => of === column && constraint.startsWith(`${table}.`) && validated.has(constraint),
  );
  if (isProven) return [];
  const check = `CHECK (${column} IS NOT NULL) NOT VALID`;
  return [
    {
      rule: "not_null",
      message: `${table}.${column}: add ${check} in a migration, backfill in the next, then VALIDATE CONSTRAINT and SET NOT NULL`,
    },
  ];
}

function breachOfAdded(table: string, action: string): Breach[] {
  const text = bare(action);
  const kind = addConstraint.exec(text)?.[1];
  if (kind === undefined) return /^add /.test(text) ? breachesOfColumn(table, action) : [];
  if (kind === "unique" || kind === "primary key" || kind === "exclude") {
    if (/\busing index\b/.test(text)) return [];
    return [
      {
        rule: "index_lock",
        message: `${table}: build the index CONCURRENTLY in a migration before, then add the constraint USING INDEX`,
      },
    ];
  }
  if (/ not valid\b/.test(text)) return [];
  return [
    {
      rule: "unvalidated",
      message: `${table}: say NOT VALID, and VALIDATE CONSTRAINT in a later migration, which blocks nobody`,
    },
  ];
}

const endOfDefault = /\b(constraint|not null|unique|primary key|references|check|generated|collate)\b/;
/** The same for every row of one statement, so that no row has to be written. */
const stableCalls: ReadonlySet<string> = new Set([
  ...["now", "current_timestamp", "localtimestamp", "transaction_timestamp", "statement_timestamp"],
  ...["coalesce", "jsonb_build_array", "jsonb_build_object", "make_interval", "to_jsonb"],
]);

function breachesOfColumn(table: string, action: string): Breach[] {
  const name = form("add (?:column )?(?:if not exists )?NAME").exec(action)?.[1];
  const at = `${table}.${nameOf(name)}`;
  const text = bare(action);
  const breaches: Breach[] = [];
  const [, given] = /\bdefault (.+)$/.exec(text) ?? [];
  const value = given?.split(endOfDefault)[0] ?? "";
  const calls = [...value.replace(/:: \S+ \([^)]*\)/g, "").matchAll(/(\S+) \(/g)].map(([, call]) =>
    nameOf(call),
  );
  const volatile = calls.filter((call) => /^["\w]/.test(call) && !stableCalls.has(call));
  if (
    volatile.length > 0 ||
    /\bgenerated\b|^add (?:column )?(?:if not exists )?\S+ (small|big)?serial\b/.test(text)
  )
    breaches.push({
      rule: "volatile_default",
      message: `${at}: ${volatile.length > 0 ? `${volatile.join(", ")}()` : "a generated value"} differs by row, so every row is written under the lock: add it without, set the default, backfill`,
    });
  if (/\bnot null\b/.test(text) && (given === undefined || /^null\b/.test(value)))
    breaches.push({
      rule: "not_null",
      message: `${at}: rows that exist and the version that still runs give it no value: add it with a constant default or without NOT NULL`,
    });
  if (/\b(references|check)\b/.test(text))
    breaches.push({
      rule: "unvalidated",
      message: `${at}: add the constraint apart from the column, NOT VALID, and validate it in a later migration`,
    });
  if (/\b(unique|primary key)\b/.test(text))
    breaches.push({
      rule: "index_lock",
      message: `${at}: add the column, build its index CONCURRENTLY, then add the constraint USING INDEX`,
    });
  return breaches;
}
