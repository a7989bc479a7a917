import type pg from "pg";

/** A database whose rows can be spoilt on purpose, past every trigger and foreign key, and be had back as they were. */
export type KeptTables = {
  /** Runs statements with triggers and foreign keys off, and without the unique index or constraint that is named. */
  readonly break: (sql: readonly string[], dropped: string | null) => Promise<void>;
  /** Puts every row, and what was dropped, back. */
  readonly restore: () => Promise<void>;
};

/** Keeps a copy of every table as it is now. */
export async function keepTables(owner: pg.Pool): Promise<KeptTables> {
  const { rows } = await owner.query<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> '_prisma_migrations' order by 1",
  );
  const tables = rows.map(({ name }) => name);
  await owner.query(
    `create schema kept; ${tables.map((name) => `create table kept.${name} as table public.${name}`).join("; ")}`,
  );
  let again: string | null = null;
  const unguarded = async (sql: readonly string[]) => {
    const client = await owner.connect();
    try {
      await client.query("set session_replication_role = replica");
      for (const statement of sql) await client.query(statement);
    } finally {
      await client.query("set session_replication_role = origin");
      client.release();
    }
  };
  return {
    break: async (sql, dropped) => {
      if (dropped !== null) again = await dropUnique(owner, dropped);
      await unguarded(sql);
    },
    restore: async () => {
      await unguarded(
        tables.flatMap((name) => [`delete from ${name}`, `insert into ${name} table kept.${name}`]),
      );
      if (again !== null) await owner.query(again);
      again = null;
    },
  };
}

/** Drops a unique index, or the constraint that it serves; returns the statement that makes it again. */
async function dropUnique(owner: pg.Pool, name: string): Promise<string> {
  const { rows } = await owner.query<{ constraint: string | null; table: string; index: string }>(
    `select pg_get_constraintdef(c.oid) as constraint, i.indrelid::regclass::text as table, pg_get_indexdef(i.indexrelid) as index
     from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.conrelid = i.indrelid where i.indexrelid = $1::regclass`,
    [name],
  );
  const [found] = rows;
  if (found === undefined) throw new Error(`there is no index ${name}`);
  if (found.constraint === null) {
    await owner.query(`drop index ${name}`);
    return found.index;
  }
  await owner.query(`alter table ${found.table} drop constraint ${name}`);
  return `alter table ${found.table} add constraint ${name} ${found.constraint}`;
}
