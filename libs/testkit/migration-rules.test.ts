import { findMigrationBreaches, type Migration } from "./migration-rules.ts";
import { migrationBaseline } from "./migration-baseline.ts";
import type { MigrationRule } from "./migration-words.ts";
import { listMigrations } from "./source-files.ts";

const timeout = "SET LOCAL lock_timeout = '5s';\n";

function rulesBroken(text: string, earlier: readonly string[] = []): string[] {
  const older: Migration[] = earlier.map((sql, at) => ({ name: `1_${at}`, text: sql }));
  const found = findMigrationBreaches(
    [...older, { name: "2_new", text }],
    older.map(({ name }) => name),
  );
  return [...new Set(found.map(({ rule }) => rule))].sort();
}

type Pair = { readonly refused: readonly string[]; readonly accepted: readonly string[] };

/** Statements after the lock time-out, unless a text brings its own. */
const pairs: Readonly<Record<Exclude<MigrationRule, "baseline">, Pair>> = {
  drop_or_rename: {
    refused: [
      "ALTER TABLE invoice DROP COLUMN number;",
      'ALTER TABLE "public"."invoice" DROP IF EXISTS number;',
      "alter table only invoice add column a text, drop column b;",
      "ALTER TABLE invoice RENAME COLUMN number TO no;",
      "ALTER TABLE invoice RENAME number TO no;",
      "ALTER TABLE invoice RENAME TO bill;",
      "ALTER TABLE invoice SET SCHEMA old;",
      "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue';",
      "CREATE TABLE a (b int); DROP TABLE IF EXISTS a, invoice CASCADE;",
      "DROP VIEW due;",
      "TRUNCATE invoice;",
    ],
    accepted: [
      "CREATE TABLE draft (a int, b int); ALTER TABLE draft DROP COLUMN b; ALTER TABLE draft RENAME TO draft2;",
      "CREATE TEMP TABLE a (b int); DROP TABLE a;",
      "ALTER TABLE invoice DROP CONSTRAINT number_check, RENAME CONSTRAINT a TO b, ALTER COLUMN c DROP NOT NULL;",
      "ALTER TABLE invoice ADD COLUMN note TEXT DEFAULT 'drop table invoice; rename to x';",
      'ALTER TABLE invoice ADD COLUMN "drop column number" TEXT;',
    ],
  },
  not_null: {
    refused: [
      "ALTER TABLE invoice ALTER COLUMN number SET NOT NULL;",
      "ALTER TABLE invoice ALTER number SET NOT NULL;",
      "ALTER TABLE invoice ADD COLUMN no TEXT NOT NULL;",
      "ALTER TABLE invoice ADD COLUMN no TEXT NOT NULL DEFAULT NULL;",
    ],
    accepted: [
      "ALTER TABLE invoice ADD COLUMN no TEXT NOT NULL DEFAULT '';",
      "ALTER TABLE invoice ADD COLUMN no TEXT;",
      "ALTER TABLE invoice ADD CONSTRAINT no_null CHECK (number IS NOT NULL) NOT VALID;",
      "CREATE TABLE draft (a int); ALTER TABLE draft ALTER COLUMN a SET NOT NULL;",
    ],
  },
  type_change: {
    refused: [
      "ALTER TABLE invoice ALTER COLUMN number TYPE BIGINT USING number::bigint;",
      "ALTER TABLE invoice ALTER number SET DATA TYPE TEXT;",
    ],
    accepted: [
      "ALTER TABLE invoice ALTER COLUMN number SET DEFAULT 'type';",
      "CREATE TABLE draft (a int); ALTER TABLE draft ALTER COLUMN a TYPE BIGINT;",
    ],
  },
  table_rewrite: {
    refused: [
      "ALTER TABLE invoice SET UNLOGGED;",
      "CLUSTER invoice USING invoice_pkey;",
      "REFRESH MATERIALIZED VIEW due;",
    ],
    accepted: [
      "ALTER TABLE invoice SET (fillfactor = 90);",
      "CREATE TABLE draft (a int); ALTER TABLE draft SET UNLOGGED;",
    ],
  },
  volatile_default: {
    refused: [
      "ALTER TABLE invoice ADD COLUMN token UUID DEFAULT gen_random_uuid();",
      "ALTER TABLE invoice ADD COLUMN IF NOT EXISTS seen_at TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp();",
      "ALTER TABLE invoice ADD COLUMN token TEXT DEFAULT 'a' || md5(random()::text);",
      "ALTER TABLE invoice ADD COLUMN no BIGSERIAL;",
      "ALTER TABLE invoice ADD COLUMN no BIGINT GENERATED ALWAYS AS IDENTITY;",
    ],
    accepted: [
      "ALTER TABLE invoice ADD COLUMN seen_at TIMESTAMPTZ(3) NOT NULL DEFAULT now();",
      "ALTER TABLE invoice ADD COLUMN rate NUMERIC(20, 10) NOT NULL DEFAULT 0::numeric(20, 10);",
      "ALTER TABLE invoice ADD COLUMN rates JSONB NOT NULL DEFAULT '[\"random()\"]';",
      "ALTER TABLE invoice ADD COLUMN token UUID; ALTER TABLE invoice ALTER COLUMN token SET DEFAULT gen_random_uuid();",
      "CREATE TABLE draft (id UUID DEFAULT gen_random_uuid());",
    ],
  },
  index_lock: {
    refused: [
      "CREATE INDEX a ON invoice (number);",
      'CREATE UNIQUE INDEX IF NOT EXISTS "a" ON ONLY "public"."invoice"("number");',
      "CREATE INDEX ON invoice (number);",
      "CREATE INDEX CONCURRENTLY a ON invoice (number);",
      "DROP INDEX a;",
      "REINDEX TABLE invoice;",
      "ALTER TABLE invoice ADD CONSTRAINT a UNIQUE (number);",
      "ALTER TABLE invoice ADD PRIMARY KEY (id);",
      "ALTER TABLE invoice ADD CONSTRAINT a EXCLUDE USING gist (b WITH &&);",
      "ALTER TABLE invoice ADD COLUMN no TEXT UNIQUE;",
    ],
    accepted: [
      "CREATE TABLE draft (a int); CREATE INDEX ON draft (a); CREATE UNIQUE INDEX b ON public.draft (a);",
      "ALTER TABLE invoice ADD CONSTRAINT a UNIQUE USING INDEX a;",
    ],
  },
  unvalidated: {
    refused: [
      "ALTER TABLE invoice ADD CONSTRAINT a FOREIGN KEY (b) REFERENCES c (d);",
      "ALTER TABLE invoice ADD CONSTRAINT a CHECK (b > 0), ADD CONSTRAINT c CHECK (d > 0) NOT VALID;",
      "ALTER TABLE invoice ADD CHECK (b IN ('not valid', 'valid'));",
      "ALTER TABLE invoice ADD COLUMN b UUID REFERENCES c (d);",
      "ALTER TABLE invoice ADD COLUMN b INTEGER DEFAULT 0 CHECK (b >= 0);",
      "ALTER TABLE invoice ADD CONSTRAINT a CHECK (b > 0) NOT VALID; ALTER TABLE invoice VALIDATE CONSTRAINT a;",
    ],
    accepted: [
      "ALTER TABLE invoice ADD CONSTRAINT a FOREIGN KEY (b) REFERENCES c (d) NOT VALID;",
      "ALTER TABLE invoice ADD CONSTRAINT a CHECK (b > 0) NOT VALID;",
      "ALTER TABLE invoice VALIDATE CONSTRAINT a;",
      "CREATE TABLE draft (a int REFERENCES c (d) CHECK (a > 0)); ALTER TABLE draft ADD CHECK (a < 9);",
    ],
  },
  lock_timeout: {
    refused: [
      "",
      "SET lock_timeout = '5s';",
      "SET LOCAL lock_timeout = 0;",
      "SET LOCAL lock_timeout = '60s';",
      "SET LOCAL lock_timeout = '1min';",
      "SELECT 1; SET LOCAL lock_timeout = '5s';",
    ].map((start) => `${start} ALTER TABLE invoice ADD COLUMN a TEXT;`),
    accepted: [
      "set local lock_timeout to 3000; ALTER TABLE invoice ADD COLUMN a TEXT;",
      "SET LOCAL lock_timeout = '10s'; ALTER TABLE invoice ADD COLUMN a TEXT;",
      "CREATE UNIQUE INDEX CONCURRENTLY a ON invoice (number);",
      "DROP INDEX CONCURRENTLY IF EXISTS a;",
      "-- nothing to do\n",
    ],
  },
  mixed_backfill: {
    refused: [
      "ALTER TABLE invoice ADD COLUMN a TEXT; UPDATE invoice SET a = 'b';",
      "DELETE FROM job WHERE state = 'dead'; ALTER TABLE invoice ADD COLUMN a TEXT;",
      "INSERT INTO job (id) SELECT id FROM invoice; ALTER TABLE invoice ADD COLUMN a TEXT;",
      "ALTER TABLE invoice ADD COLUMN a TEXT; WITH b AS (SELECT 1) UPDATE invoice SET a = 'b' FROM b;",
    ],
    accepted: [
      "UPDATE invoice SET a = 'b' WHERE a IS NULL;",
      "INSERT INTO setting (name) VALUES ('a'); ALTER TABLE invoice ADD COLUMN a TEXT;",
      "CREATE TABLE draft (a int); INSERT INTO draft SELECT 1; ALTER TABLE invoice ADD COLUMN a TEXT;",
      "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ UPDATE invoice SET a = 1; $$; ALTER TABLE invoice ADD COLUMN a TEXT;",
      "CREATE FUNCTION f() RETURNS void BEGIN ATOMIC UPDATE invoice SET a = CASE WHEN b THEN 1 END; DELETE FROM job; END; ALTER TABLE invoice ADD COLUMN a TEXT;",
    ],
  },
  unreadable: {
    refused: ["DO $$ BEGIN EXECUTE 'DROP TABLE invoice'; END $$;", "DO LANGUAGE plpgsql 'BEGIN END';"],
    accepted: ["CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'select 1'; END $$;"],
  },
  transaction: {
    refused: ["BEGIN; ALTER TABLE invoice ADD COLUMN a TEXT; COMMIT;", "COMMIT AND CHAIN;"],
    accepted: ["CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $a$ BEGIN RETURN NULL; END $a$;"],
  },
  contract: {
    refused: [
      "-- contract: fine\nALTER TABLE invoice DROP COLUMN number;",
      "-- contract:\nALTER TABLE invoice DROP COLUMN number;",
      "-- contract: no version reads it since 0.4\nALTER TABLE invoice ADD COLUMN a TEXT;",
    ],
    accepted: [
      "-- The old number.\n-- contract: no version reads or writes it since 0.4\nALTER TABLE invoice DROP COLUMN number;",
      "ALTER TABLE invoice ADD COLUMN a TEXT;\n-- contract: tenants are few, one statement of milliseconds\nUPDATE tenant SET a = 'b';",
    ],
  },
};

describe.each(Object.entries(pairs))("the rule %s", (rule, { refused, accepted }) => {
  const whole = (text: string) => (rule === "lock_timeout" ? text : timeout + text);

  it.each(refused)("refuses %s", (text) => {
    const rules = rulesBroken(whole(text));
    expect(rules).toContain(rule);
    expect(
      rules.filter((broken) => broken !== rule && !(rule === "contract" && broken === "drop_or_rename")),
    ).toEqual([]);
  });

  it.each(accepted)("accepts %s", (text) => expect(rulesBroken(whole(text))).toEqual([]));
});

describe("expand, backfill, contract", () => {
  const expand = `${timeout} ALTER TABLE invoice ADD CONSTRAINT number_given CHECK (number IS NOT NULL) NOT VALID;`;
  const backfill = `${timeout} UPDATE invoice SET number = '-' WHERE number IS NULL;`;
  const contract = `${timeout} ALTER TABLE invoice VALIDATE CONSTRAINT number_given;
    ALTER TABLE invoice ALTER COLUMN number SET NOT NULL, DROP CONSTRAINT number_given;`;

  it("takes NOT NULL once a check of an earlier migration is valid", () => {
    expect(rulesBroken(contract, [expand, backfill])).toEqual([]);
    expect(rulesBroken(expand)).toEqual([]);
    expect(rulesBroken(backfill, [expand])).toEqual([]);
  });

  it("refuses NOT NULL whose check is missing, of another column or table, or not valid yet", () => {
    const only = `${timeout} ALTER TABLE invoice ALTER COLUMN number SET NOT NULL;`;
    expect(rulesBroken(contract)).toEqual(["not_null"]);
    expect(rulesBroken(only, [expand])).toEqual(["not_null"]);
    expect(rulesBroken(contract, [expand.replace("(number IS", "(status IS")])).toEqual(["not_null"]);
    expect(rulesBroken(contract, [expand.replace("TABLE invoice", "TABLE payment")])).toEqual(["not_null"]);
  });

  it("says where: the migration, the line and the rule", () => {
    const text = `${timeout}\n/* a /* nested */ ; comment */\nALTER TABLE invoice\n  DROP COLUMN number;\n`;
    expect(findMigrationBreaches([{ name: "2_new", text }], [])).toEqual([
      { migration: "2_new", line: 4, rule: "drop_or_rename", message: expect.stringMatching(/^invoice: /) },
    ]);
  });
});

describe("the migrations that there are", () => {
  const migrations = listMigrations(".");

  it("keep the rules from the base line on", () => {
    expect(findMigrationBreaches(migrations, migrationBaseline)).toEqual([]);
  });

  it("are really read: without the base line most of the older ones would be refused", () => {
    const refused = new Set(findMigrationBreaches(migrations, []).map(({ migration }) => migration));
    expect([...refused]).toEqual(expect.arrayContaining(migrationBaseline.slice(1)));
  });

  it("miss none that the base line names", () => {
    const [gone = ""] = migrationBaseline;
    const rest = migrations.filter(({ name }) => name !== gone);
    expect(findMigrationBreaches(rest, migrationBaseline).map(({ rule }) => rule)).toEqual(["baseline"]);
  });
});
