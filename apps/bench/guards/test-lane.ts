import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { childEnvironment } from "#libs/platform/config.ts";
import type { Edit, NamedTest } from "./guard.ts";

const projectDir = resolve(__dirname, "../../..");
const notCopied: ReadonlySet<string> = new Set([
  "node_modules",
  ".git",
  "dist",
  ".billwright",
  "coverage",
  ".env",
]);
const RUN_MS = 240_000;

/** What became of the tests that were asked for. */
export type TestRun = {
  readonly passed: readonly string[];
  /** File and full name of each. */
  readonly failed: readonly string[];
  /** Why a file could not be run at all: nothing is said about a guard by that. */
  readonly broken: readonly string[];
};

/** A copy of the project, in which one guard at a time can be taken away. */
export type TestLane = {
  readonly run: (tests: readonly NamedTest[], databaseUrls: DatabaseUrls) => Promise<TestRun>;
  /** Takes a guard of the code away; the answer puts it back. @throws Error when the text is not there exactly once */
  readonly take: (edit: Edit) => () => void;
  /** Ends a run that is under way. */
  readonly stop: () => void;
};

/** A migrated database that the tests clone, as its owner and as the application. */
export type DatabaseUrls = { readonly ownerUrl: string; readonly url: string };

/** Where the text of an edit stands in a file, once. @throws Error */
export function withoutText(text: string, edit: Edit): string {
  const places = text.split(edit.text).length - 1;
  if (places !== 1) {
    throw new Error(
      `${edit.file} holds the guard's text ${places} times, not once; mend apps/bench/guards/lists: ${edit.text}`,
    );
  }
  return text.replace(edit.text, () => edit.without);
}

/** Copies the sources to `dir`; packages are shared. A run is ended after `timeoutMs`. */
export function openTestLane(dir: string, timeoutMs: number = RUN_MS): TestLane {
  mkdirSync(dir);
  for (const name of readdirSync(projectDir)) {
    if (!notCopied.has(name)) cpSync(join(projectDir, name), join(dir, name), { recursive: true });
  }
  symlinkSync(join(projectDir, "node_modules"), join(dir, "node_modules"), "dir");
  const running = new AbortController();
  return {
    run: (tests, databaseUrls) => runTests(dir, tests, databaseUrls, { stopped: running.signal, timeoutMs }),
    take: (edit) => {
      const path = join(dir, edit.file);
      const text = readFileSync(path, "utf8");
      writeFileSync(path, withoutText(text, edit));
      return () => writeFileSync(path, text);
    },
    stop: () => running.abort(),
  };
}

async function runTests(
  dir: string,
  tests: readonly NamedTest[],
  databaseUrls: DatabaseUrls,
  { stopped, timeoutMs }: { readonly stopped: AbortSignal; readonly timeoutMs: number },
): Promise<TestRun> {
  const report = join(dir, ".jest-report.json");
  rmSync(report, { force: true });
  const files = [...new Set(tests.map(({ file }) => file))];
  const names = tests.map(({ name }) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const args = [
    ...["node_modules/jest/bin/jest.js", "--runInBand", "--json", `--outputFile=${report}`],
    ...["--watchman=false", "--testNamePattern", `(^|\\s)(${names.join("|")})$`],
    ...["--runTestsByPath", ...files],
  ];
  const output = await endOf(
    spawn(process.execPath, args, {
      cwd: dir,
      stdio: ["ignore", "ignore", "pipe"],
      env: childEnvironment({
        BILLWRIGHT_TEST_URL: databaseUrls.url,
        BILLWRIGHT_TEST_OWNER_URL: databaseUrls.ownerUrl,
      }),
      // A test that fails without its guard may leave something open that keeps the process alive.
      ...{ signal: stopped, timeout: timeoutMs, killSignal: "SIGKILL" },
    }),
  );
  return readReport(report, dir, output);
}

function endOf(child: ReturnType<typeof spawn>): Promise<string> {
  let output = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  return new Promise((done) => {
    child.on("error", (error) => done(`${error.message}\n${output}`)).on("close", () => done(output));
  });
}

type Report = {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
};

function readReport(path: string, dir: string, output: string): TestRun {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(path, "utf8")) as Report;
  } catch {
    return { passed: [], failed: [], broken: [`jest ended without a report: ${output.trim().slice(-500)}`] };
  }
  const named = (status: string) =>
    report.testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter((result) => result.status === status)
        .map(({ fullName }) => `${name.slice(dir.length + 1)} › ${fullName}`),
    );
  const broken = report.testResults
    .filter(({ assertionResults, message }) => assertionResults.length === 0 && message !== "")
    .map(
      ({ name, message }) => `${name.slice(dir.length + 1)} does not run: ${message.trim().slice(0, 500)}`,
    );
  return { passed: named("passed"), failed: named("failed"), broken };
}
