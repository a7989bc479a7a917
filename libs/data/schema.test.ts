import { readFileSync } from "node:fs";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";

type Column = {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
};
type Table = {
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  /** Unique over all rows; column lists joined with commas, sorted. */
  readonly uniques: readonly string[];
  readonly indexes: readonly string[];
};
type IndexRow = { readonly table: string; readonly columns: string[]; readonly kind: string };

const plainTypes: Readonly<Record<string, string>> = {
  ...{ String: "text", Int: "integer", BigInt: "bigint", Json: "jsonb", Boolean: "boolean", Bytes: "bytea" },
};

/** The Postgres type that a field is stored as, as format_type writes it. */
function columnType(type: string, attributes: string): string {
  const [, native, bounds] = /@db\.(\w+)(?:\(([\d, ]+)\))?/.exec(attributes) ?? [];
  if (native === "Uuid") return "uuid";
  if (native === "Timestamptz") return `timestamp(${bounds}) with time zone`;
  if (native === "Decimal") return `numeric(${bounds?.replaceAll(" ", "")})`;
  const plain = native === undefined ? plainTypes[type] : undefined;
  if (plain === undefined) throw new Error(`no column type is known for ${type} ${attributes}`);
  return plain;
}

/** Column lists of one block attribute, such as the two in `@@unique([a, b])`. */
function columnLists(body: string, attribute: string): string[] {
  const pattern = new RegExp(`^\\s*@@${attribute}\\(\\[([^\\]]+)\\]`, "gm");
  return [...body.matchAll(pattern)].map((match) => (match[1] ?? "").replaceAll(" ", "")).sort();
}

function readModel(body: string): Table {
  const fields = [...body.matchAll(/^ {2}(\w+) +(\w+)(\[\])?(\?)? *(.*)$/gm)];
  const columns = fields.map(([, name = "", type = "", list = "", optional, attributes = ""]) => ({
    name,
    type: columnType(type, attributes) + list,
    nullable: optional !== undefined,
    hasDefault: attributes.includes("@default("),
  }));
  const marked = (attribute: string) =>
    fields
      .filter((field) => new RegExp(`(^|\\s)@${attribute}\\b`).test(field[5] ?? ""))
      .map((field) => field[1] ?? "");
  return {
    columns: columns.sort(byName),
    primaryKey: columnLists(body, "id")[0]?.split(",") ?? marked("id"),
    uniques: [...columnLists(body, "unique"), ...marked("unique")].sort(),
    indexes: columnLists(body, "index"),
  };
}

function readSchema(): Map<string, Table> {
  const models = readFileSync("prisma/schema.prisma", "utf8").matchAll(/^model (\w+) \{\n(.*?)^\}/gms);
  return new Map([...models].map(([, name = "", body = ""]) => [name, readModel(body)]));
}

function byName(a: Column, b: Column): number {
  return a.name < b.name ? -1 : 1;
}

async function readDatabase(test: TestDatabase): Promise<Map<string, Table>> {
  const { rows: columns } = await test.owner.query<Column & { table: string }>(
    `select c.relname as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
            not a.attnotnull as nullable, a.atthasdef as "hasDefault"
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> '_prisma_migrations'`,
  );
  const { rows: indexes } = await test.owner.query<IndexRow>(
    `select c.relname as table, case when i.indisprimary then 'primary' when i.indisunique then 'unique' else 'plain' end as kind,
            array(select a.attname::text from unnest(i.indkey::int[]) with ordinality k (attnum, position)
                    join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum order by k.position) as columns
       from pg_index i join pg_class c on c.oid = i.indrelid
      where c.relnamespace = 'public'::regnamespace and i.indpred is null and i.indisvalid`,
  );
  const names = [...new Set(columns.map((column) => column.table))];
  const lists = (table: string, kind: string) =>
    indexes
      .filter((index) => index.table === table && index.kind === kind)
      .map((index) => index.columns.join(","))
      .sort();
  return new Map(
    names.map((table) => [
      table,
      {
        columns: columns
          .filter((column) => column.table === table)
          .map(({ name, type, nullable, hasDefault }) => ({ name, type, nullable, hasDefault }))
          .sort(byName),
        primaryKey: lists(table, "primary")[0]?.split(",") ?? [],
        uniques: lists(table, "unique"),
        indexes: lists(table, "plain"),
      },
    ]),
  );
}

describe("schema.prisma and the migrated database", () => {
  const models = readSchema();
  let test: TestDatabase;
  let tables: Map<string, Table>;
  beforeAll(async () => {
    test = await openTestDatabase();
    tables = await readDatabase(test);
  });
  afterAll(() => test.close());

  it("have the same tables", () => {
    expect(models.size).toBeGreaterThan(40);
    expect([...models.keys()].sort()).toEqual([...tables.keys()].sort());
  });

  it.each([...models.keys()])("agree on the columns, keys and unique rows of %s", (name) => {
    const { indexes: declared, ...model } = models.get(name) ?? readModel("");
    const { indexes: existing, ...table } = tables.get(name) ?? readModel("");
    expect(model.columns).not.toEqual([]);
    expect(table).toEqual(model);
    expect(existing).toEqual(expect.arrayContaining(declared));
  });
});
