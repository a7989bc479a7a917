// npm run check [-- --only NAME | --self-test]: every check of the house, one line each, all of them even after a failure.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checks } from "./checks.ts";
import { selfTest } from "./self-test.ts";

const root = join(__dirname, "..");

async function main(): Promise<boolean> {
  const { values } = parseArgs({ options: { only: { type: "string" }, "self-test": { type: "boolean" } } });
  if (values["self-test"] === true) return await selfTest(root, print);
  const wanted = checks.filter(({ name }) => values.only === undefined || name === values.only);
  if (wanted.length === 0) {
    print(`No check is called "${values.only}". There are: ${checks.map(({ name }) => name).join(", ")}`);
    return false;
  }
  const failed: string[] = [];
  for (const check of wanted) {
    const start = performance.now();
    const complaints = await check.find(root);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    print(`${complaints === "" ? "ok    " : "FAILED"} ${check.name.padEnd(10)} ${seconds.padStart(5)} s`);
    if (complaints !== "") failed.push(check.name);
    if (complaints !== "") print(complaints.replace(/^/gm, "       "));
  }
  print(failed.length === 0 ? `${wanted.length} checks passed` : `failed: ${failed.join(", ")}`);
  return failed.length === 0;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().then(
  (passed) => {
    process.exitCode = passed ? 0 : 1;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  },
);
