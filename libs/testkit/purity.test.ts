import { join } from "node:path";
import { findImpureCore } from "./purity.ts";
import { listSourceFiles } from "./source-files.ts";

const messages = (text: string, path = "libs/core/x.ts") =>
  findImpureCore([{ path, text }]).map((breach) => `${breach.line} ${breach.message}`);

test.each([
  ["export const at = () => Date.now();", "Date"],
  ["export const at = new Date(0);", "Date"],
  ["export type At = Date;", "Date"],
  ["export async function load() {}", "async"],
  ["export const o = { async load() {} };", "async"],
  ["export class A { async load() {} }", "async"],
  ["export type P = Promise<string>;", "Promise"],
  ["export const r = Math.random();", "Math.random"],
  ["export const e = process.env.X;", "process"],
  ["export const e = process['env'];", "process"],
  ["setTimeout(() => {}, 1);", "setTimeout"],
  ["fetch('http://127.0.0.1');", "fetch"],
  ["Temporal.Now.instant();", "Temporal.Now"],
  ["const t = () => `$" + "{console.log(1)}`;", "console"],
  ["import { randomUUID } from 'node:crypto';", "randomUUID of node:crypto"],
  ["const m = import('./y.ts');", "import()"],
])("%s is impure", (text, what) => {
  expect(messages(`// first line\n${text}\n`)).toContain(`2 ${what} in pure code`);
});

test("comments, strings, keys and properties are not code that runs", () => {
  const text = `
    // Date.now() and await
    import { createHash } from "node:crypto";
    export const text = "process.env, new Date(), Math.random()";
    export interface Row { readonly process: string; readonly console: number }
    export const read = (row: Row) => ({ fetch: row.process, hash: createHash("sha256"), n: row.console });
  `;
  expect(messages(text)).toEqual([]);
});

test("tests and other layers may be impure", () => {
  expect(messages("Date.now();", "libs/core/x.test.ts")).toEqual([]);
  expect(messages("Date.now();", "libs/platform/clock.ts")).toEqual([]);
});

test("the core of this repository is pure", () => {
  expect(findImpureCore(listSourceFiles(join(__dirname, "../..")))).toEqual([]);
});
