import { breachOfAction, type TableFacts } from "./migration-table-rules.ts";
import { bare, type Breach, nameOf, nameForm } from "./migration-words.ts";
import { readSqlStatements, type SqlStatement, splitAtCommas } from "./sql-statements.ts";

export interface Migration {
  /** Its folder under prisma/migrations. */
  readonly name: string;
  readonly text: string;
}

export type MigrationBreach = Breach & { readonly migration: string; readonly line: number };

/**
 * What new migrations must not do to tables that are in use while they run (.github/adr/0019). A table that the migration
 * makes itself is free. A breach of one statement is allowed by a comment at it, `-- contract: why it is safe`.
 * @param migrations all of them, in the order in which they are applied
 * @param baseline names of those that are older than the rules: they are read, and never refused
 */
export function findMigrationBreaches(
  migrations: readonly Migration[],
  baseline: readonly string[],
): MigrationBreach[] {
  const facts: TableFacts = { made: new Set(), added: new Set(), notNull: new Map(), validated: new Set() };
  const gone = baseline.filter((name) => !migrations.some((migration) => migration.name === name));
  const breaches = migrations.flatMap((migration) => {
    facts.made.clear();
    facts.added.clear();
    const found = breachesOf(migration, facts);
    return baseline.includes(migration.name) ? [] : found;
  });
  return [
    ...breaches,
    ...gone.map((migration) => ({
      ...{ migration, line: 1, rule: "baseline" as const },
      message: "is in the base line and does not exist: an applied migration is never renamed or removed",
    })),
  ];
}

function breachesOf({ name, text }: Migration, facts: TableFacts): MigrationBreach[] {
  const statements = readSqlStatements(text);
  const alone = statements.length === 1;
  const found = statements.flatMap((statement) =>
    allowed(statement, breachesOfStatement(statement.sql, facts, alone)).map((breach) => ({
      ...{ ...breach, line: statement.line },
    })),
  );
  const whole = [...breachesOfLocks(statements), ...breachesOfBackfill(statements, facts)];
  return [...whole, ...found].map((breach) => ({ ...breach, migration: name }));
}

/** Drops what a reasoned `contract:` allows; one that gives no reason or allows nothing is a breach itself. */
function allowed(statement: SqlStatement, breaches: readonly Breach[]): readonly Breach[] {
  const reason = contractOf(statement);
  if (reason === undefined) return breaches;
  if (reason.length < 20)
    return [...breaches, { rule: "contract", message: "say after contract: why it is safe, in a sentence" }];
  if (breaches.length === 0 && !changesRows(statement.sql))
    return [{ rule: "contract", message: "allows nothing: this statement is fine without it" }];
  return [];
}

function contractOf({ comments }: SqlStatement): string | undefined {
  return comments.flatMap((comment) => /^contract:\s*(.*)$/i.exec(comment)?.[1] ?? [])[0];
}

function breachesOfStatement(sql: string, facts: TableFacts, alone: boolean): Breach[] {
  const made = new RegExp(
    `^create (?:(?:global |local )?(?:temp|temporary) |unlogged )?(?:table|materialized view) (?:if not exists )?${nameForm}`,
  ).exec(sql);
  if (made !== null) {
    facts.made.add(nameOf(made[1]));
    return [];
  }
  if (sql.startsWith("alter table ")) return breachesOfAlterTable(sql, facts);
  return [...breachOfIndex(sql, facts, alone), ...breachOfDrop(sql, facts), ...breachOfForm(sql)];
}

function breachesOfAlterTable(sql: string, facts: TableFacts): Breach[] {
  const head = new RegExp(`^alter table (?:if exists )?(?:only )?${nameForm} (?:\\* )?`).exec(sql);
  if (head === null) return [{ rule: "unreadable", message: "which table is altered cannot be read" }];
  const table = nameOf(head[1]);
  return splitAtCommas(sql.slice(head[0].length)).flatMap((action) => breachOfAction(table, action, facts));
}

const indexForms = {
  create: new RegExp(
    `^create (?:unique )?index (concurrently )?(if not exists )?(?:${nameForm} )?on (?:only )?${nameForm}`,
  ),
  drop: /^drop index (concurrently )?/,
  reindex: /^reindex (?:\([^)]*\) )?(?:index|table|schema|database|system) (concurrently )?/,
};

function breachOfIndex(sql: string, { made }: TableFacts, alone: boolean): Breach[] {
  const create = indexForms.create.exec(sql);
  const match = create ?? indexForms.drop.exec(sql) ?? indexForms.reindex.exec(sql);
  if (match === null) return [];
  const breach = (message: string): Breach[] => [{ rule: "index_lock", message }];
  if (match[1] === undefined) {
    const verb = sql.split(" ").slice(0, 2).join(" ");
    if (create !== null && made.has(nameOf(create[4]))) return [];
    return breach(`${verb} stops the writes to its table: say CONCURRENTLY, in a migration of its own`);
  }
  if (!alone)
    return breach(
      "CONCURRENTLY cannot run in the transaction of a whole script: give it a migration of its own",
    );
  if (create?.[2] !== undefined)
    return breach(
      "IF NOT EXISTS takes the invalid index of a build that broke off for a whole one: leave it out",
    );
  return [];
}

function breachOfDrop(sql: string, { made }: TableFacts): Breach[] {
  const drop =
    /^(?:drop (?:table|view|materialized view|schema|type|domain)|truncate(?: table)?) (?:if exists )?(.+?)(?: cascade| restrict)?$/.exec(
      sql,
    );
  const names = splitAtCommas(drop?.[1] ?? "").filter((name) => name !== "" && !made.has(nameOf(name)));
  const renames = /^alter (?:view|materialized view|type|schema|domain) .+ (?:rename|set schema) /.test(
    bare(sql),
  );
  if (!renames && names.length === 0) return [];
  const what = renames ? "renames" : `drops ${names.map(nameOf).join(", ")},`;
  return [
    {
      rule: "drop_or_rename",
      message: `${what} what the version that still runs may use: first let no version use it`,
    },
  ];
}

function breachOfForm(sql: string): Breach[] {
  if (/^do /.test(sql))
    return [
      { rule: "unreadable", message: "a DO block cannot be read by these rules: write its statements out" },
    ];
  if (
    /^(begin|start transaction|commit|end|rollback|abort|savepoint|release|prepare transaction)\b/.test(sql)
  )
    return [
      {
        rule: "transaction",
        message:
          "a migration is one transaction already; a second one leaves half of it behind when it fails",
      },
    ];
  if (/^(cluster|vacuum|refresh materialized view (?!concurrently))/.test(sql))
    return [{ rule: "table_rewrite", message: "writes a table anew while nobody can use it" }];
  return [];
}

const maxLockMs = 10_000;
const isConcurrent = (sql: string) =>
  Object.values(indexForms).some((form) => form.exec(sql)?.[1] !== undefined);

/** Each migration that runs in a transaction first says how long it may wait for a lock: whoever queues behind it waits too. */
function breachesOfLocks(statements: readonly SqlStatement[]): (Breach & { line: number })[] {
  const [first] = statements;
  if (first === undefined || (statements.length === 1 && isConcurrent(first.sql))) return [];
  const [, amount = "0", unit = "ms"] =
    /^set local lock_timeout (?:=|to) '?(\d+) ?(ms|s)?'?$/.exec(first.sql) ?? [];
  const ms = Number(amount) * (unit === "s" ? 1_000 : 1);
  if (ms > 0 && ms <= maxLockMs) return [];
  const message = `must start with SET LOCAL lock_timeout = '...', of at most ${maxLockMs / 1_000}s: behind a lock that waits, everybody waits`;
  return [{ rule: "lock_timeout", message, line: first.line }];
}

function changesRows(sql: string): boolean {
  const text = bare(sql);
  if (/^(update|delete from|merge into) /.test(text)) return true;
  if (/^insert into /.test(text))
    return !/^insert into \S+(?: \. \S+)?(?: \([^)]*\))? (?:overriding \S+ value )?(?:values|default values)/.test(
      text,
    );
  return /^with /.test(text) && /\b(update \S+ (?:\S+ )*?set|delete from|merge into|insert into) /.test(text);
}

/** Rows are changed apart from the table's form: what ALTER locks stays locked until the last row is written. */
function breachesOfBackfill(
  statements: readonly SqlStatement[],
  { made }: TableFacts,
): (Breach & { line: number })[] {
  const target = new RegExp(`^(?:update(?: only)?|delete from(?: only)?|merge into|insert into) ${nameForm}`);
  const rows = statements.filter(({ sql }) => changesRows(sql) && !made.has(nameOf(target.exec(sql)?.[1])));
  const altered = statements.find(({ sql }) => {
    const table = new RegExp(
      `^(?:alter table (?:if exists )?(?:only )?|drop table (?:if exists )?)${nameForm}`,
    ).exec(sql);
    return table !== null && !made.has(nameOf(table[1]));
  });
  if (altered === undefined) return [];
  const message = `changes rows in the transaction that alters a table (line ${altered.line}): give the backfill a migration or a job of its own`;
  return rows.flatMap((statement) =>
    allowed(statement, [{ rule: "mixed_backfill", message }]).map((breach) => ({
      ...{ ...breach, line: statement.line },
    })),
  );
}
