import pg from "pg";

type Parse = (text: string) => unknown;

const { builtins, getTypeParser } = pg.types;

/** As text says it, in UTC: a day is its midnight. */
const dayOf: Parse = (text) => new Date(`${text}T00:00:00Z`);

/** Faster than the driver's own for the session's usual zone, which is UTC. */
const instantOf: Parse = (text) =>
  text.endsWith("+00") && !text.startsWith("0") && text[4] === "-"
    ? new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`)
    : parseInstant(text);
const parseInstant: Parse = getTypeParser(builtins.TIMESTAMPTZ);

const textsOf: (list: string) => (string | null)[] = getTypeParser(1009 as number); // text[]

const listOf =
  (parse: Parse): Parse =>
  (list) =>
    textsOf(list).map((text) => (text === null ? null : parse(text)));

/** Types of columns that the driver reads otherwise than we want them: nothing exact becomes a float, nothing a local time. */
const parsers = new Map<number, Parse>([
  [builtins.INT8, BigInt],
  [1016, listOf(BigInt)], // int8[]
  [1231, textsOf], // numeric[]
  [builtins.DATE, dayOf],
  [1182, listOf(dayOf)], // date[]
  [builtins.TIMESTAMPTZ, instantOf],
  [1185, listOf(instantOf)], // timestamptz[]
]);

/** What columns become: `bigint` of int8, text of numeric, `Date` of instants and of days, the JSON's value. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") =>
    parsers.get(oid) ?? getTypeParser(oid, format as "text")) as typeof getTypeParser,
};
