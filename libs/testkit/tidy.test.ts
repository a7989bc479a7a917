import { join } from "node:path";
import { listSourceFiles } from "./source-files.ts";
import { findTidyBreaches, type TidyException } from "./tidy.ts";
import { tidyExceptions } from "./tidy-exceptions.ts";

const readme = (lib: string) => ({
  path: `libs/${lib}/README.md`,
  text: "# A lib\n## Owns\n## Does not own\n## Invariants\n## Words\n",
});
const breachesIn = (path: string, text: string, exceptions: readonly TidyException[] = []) =>
  findTidyBreaches([readme("core"), readme("platform"), { path, text }], exceptions).map((b) => b.rule);
const lines = (count: number) => "// a line\n".repeat(count);
const functionOf = (count: number) => `export function long() {\n${lines(count - 2)}}\n`;

describe("sizes", () => {
  test("a file may have 400 lines and not 401", () => {
    expect(breachesIn("libs/core/a.ts", lines(400))).toEqual([]);
    expect(breachesIn("libs/core/a.ts", lines(401))).toEqual(["file_lines"]);
  });

  test("a function may have 70 lines and not 71", () => {
    expect(breachesIn("libs/core/a.ts", functionOf(70))).toEqual([]);
    expect(breachesIn("libs/core/a.ts", functionOf(71))).toEqual(["function_lines"]);
    expect(breachesIn("libs/core/a.ts", `const f = () => {\n${lines(69)}};\n`)).toEqual(["function_lines"]);
    expect(breachesIn("libs/core/a.ts", `class A {\nm() {\n${lines(69)}}\n}\n`)).toEqual(["function_lines"]);
  });

  test("a describe block is not measured, a test in it is", () => {
    const block = (inner: string) => `describe.each([1])("x", () => {\n${inner}});\n`;
    expect(breachesIn("libs/core/a.test.ts", block(lines(90)))).toEqual([]);
    const long = block(`test("x", () => {\n${lines(90)}});\n`);
    expect(breachesIn("libs/core/a.test.ts", long)).toEqual(["function_lines"]);
  });
});

describe("names", () => {
  test.each([
    "libs/core/price-utils.ts",
    "libs/core/helpers/price.ts",
    "libs/core/common.ts",
    "libs/core/queue-manager.ts",
    "libs/core/invoice-service.ts",
  ])("%s is banned", (path) => {
    expect(breachesIn(path, "")).toEqual(["banned_name"]);
  });

  test.each([
    "export class InvoiceService {}",
    "export const commonFields = 1;",
    "export function miscStuff() {}",
    "const x = 1;\nexport { x as priceHelper };",
    "export interface JobManager {}",
    "export type Microservices = string;",
  ])("%s is banned", (text) => {
    expect(breachesIn("libs/core/a.ts", text)).toEqual(["banned_name"]);
  });

  test("a service period is a word of billing", () => {
    expect(breachesIn("libs/core/service-period.ts", "export type ServicePeriod = string;")).toEqual([]);
  });

  test("there is no index.ts and no export of everything", () => {
    expect(breachesIn("libs/core/index.ts", "")).toEqual(["index_file"]);
    expect(breachesIn("libs/core/a.ts", 'export * from "./b.ts";')).toEqual(["reexport_all"]);
  });
});

describe("pages", () => {
  test.each(["offset $" + "{from}", "limit 20 offset $2", "limit 20 OFFSET 40"])("%s is refused", (sql) => {
    expect(breachesIn("libs/core/a.ts", `const sql = \`select 1 ${sql}\`;`)).toEqual(["sql_offset"]);
    expect(breachesIn("libs/core/a.test.ts", `const sql = \`select 1 ${sql}\`;`)).toEqual([]);
  });

  test("a bar for the planner is no page", () => {
    expect(breachesIn("libs/core/a.ts", "const sql = `select 1 offset 0`;")).toEqual([]);
  });
});

describe("environment and tests", () => {
  test.each([
    "process.env.X;",
    'process["env"];',
    "const { env } = process;",
    'import { env } from "node:process";',
  ])("%s is for the config only", (text) => {
    expect(breachesIn("libs/platform/queue.ts", text)).toEqual(["environment"]);
    expect(breachesIn("libs/platform/config.ts", text)).toEqual([]);
  });

  test.each([
    "test.skip('x');",
    "describe.only('x');",
    "it.todo('x');",
    "test.only.each([])('x');",
    "xit('x');",
  ])("%s is refused", (text) => {
    expect(breachesIn("libs/core/a.test.ts", text)).toEqual(["skipped_test"]);
  });

  test("module mocks are refused, function mocks are not", () => {
    expect(breachesIn("libs/core/a.test.ts", 'jest.mock("./b.ts");')).toEqual(["module_mock"]);
    expect(breachesIn("libs/core/a.test.ts", "jest.fn();")).toEqual([]);
  });
});

test("each library has a README with the four headings", () => {
  const without = findTidyBreaches([{ path: "libs/core/a.ts", text: "" }], []);
  expect(without).toMatchObject([{ rule: "readme", path: "libs/core/README.md" }]);
  const partial = findTidyBreaches([{ path: "libs/core/README.md", text: "## Owns\n## Words\n" }], []);
  expect(partial).toMatchObject([{ message: "headings missing: Does not own, Invariants" }]);
});

describe("exceptions", () => {
  const exception = (limit: number): TidyException[] => [
    { rule: "file_lines", path: "libs/core/a.ts", limit, reason: "a table of a standard" },
  ];

  test("an exception hides a breach of exactly its size", () => {
    expect(breachesIn("libs/core/a.ts", lines(450), exception(450))).toEqual([]);
  });

  test("a file that grows beyond its exception shows again", () => {
    expect(breachesIn("libs/core/a.ts", lines(451), exception(450))).toEqual(["file_lines"]);
  });

  test.each([449, 10])("an exception that is too generous for %d lines is a breach", (count) => {
    expect(breachesIn("libs/core/a.ts", lines(count), exception(450))).toEqual(["file_lines"]);
  });
});

test("this repository is tidy, and each exception has a reason", () => {
  expect(findTidyBreaches(listSourceFiles(join(__dirname, "../..")), tidyExceptions)).toEqual([]);
  expect(tidyExceptions.filter((exception) => exception.reason.length < 20)).toEqual([]);
});
