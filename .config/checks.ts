import { spawn } from "node:child_process";
import { join } from "node:path";
import { migrationBaseline } from "#libs/testkit/migration-baseline.ts";
import { findMigrationBreaches } from "#libs/testkit/migration-rules.ts";
import { findImpureCore } from "#libs/testkit/purity.ts";
import { isTypeScript, listMigrations, listSourceFiles } from "#libs/testkit/source-files.ts";
import { importedModules, parseSource } from "#libs/testkit/source-syntax.ts";
import { tidyExceptions } from "#libs/testkit/tidy-exceptions.ts";
import { findTidyBreaches } from "#libs/testkit/tidy.ts";

/** One check of the house; `find` answers what is wrong under `root`, and "" when nothing is. */
export interface Check {
  readonly name: string;
  readonly find: (root: string) => Promise<string>;
}

/** What biome reads: its own configuration forbids to look at the root as a whole. */
const biomePlaces = ["apps", "libs", "prisma", ".config", "jest.config.ts", "package.json", "tsconfig.json"];
const biomeOptions = ["--config-path=.config", "--max-diagnostics=100", "--colors=off"];

export const checks: readonly Check[] = [
  { name: "types", find: (root) => complaintsOf(root, "tsc", ["--noEmit", "-p", ".config/tsconfig.json"]) },
  {
    name: "lint",
    find: (root) =>
      complaintsOf(root, "biome", [
        "lint",
        ...biomeOptions,
        "--error-on-warnings",
        "--diagnostic-level=warn",
        ...biomePlaces,
      ]),
  },
  { name: "arrows", find: findWrongArrows },
  {
    name: "purity",
    find: async (root) =>
      findImpureCore(listSourceFiles(root))
        .map((breach) => `${breach.path}:${breach.line} ${breach.message}`)
        .join("\n"),
  },
  {
    name: "tidy",
    find: async (root) =>
      findTidyBreaches(listSourceFiles(root), tidyExceptions)
        .map((breach) => `${breach.path}:${breach.line} ${breach.rule}: ${breach.message}`)
        .join("\n"),
  },
  {
    name: "migrations",
    find: async (root) =>
      findMigrationBreaches(listMigrations(root), migrationBaseline)
        .map((breach) => `${breach.migration}:${breach.line} ${breach.rule}: ${breach.message}`)
        .join("\n"),
  },
  {
    name: "client",
    find: (root) => complaintsOf(root, "tsx", ["--conditions=source", ".config/openapi-types.ts", "--check"]),
  },
  {
    name: "dead code",
    find: (root) =>
      complaintsOf(root, "knip", ["--config", ".config/knip.jsonc", "--no-progress", "--no-config-hints"]),
  },
  {
    name: "format",
    find: (root) => complaintsOf(root, "biome", ["format", ...biomeOptions, ...biomePlaces]),
  },
];

interface CruisedModule {
  readonly source: string;
  readonly dependencies: readonly { readonly module: string }[];
}

interface Cruise {
  readonly modules: readonly CruisedModule[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

/** Also wrong: a file or an import that dependency-cruiser did not read, for then its silence says nothing. */
async function findWrongArrows(root: string): Promise<string> {
  const options = ["--config", ".config/dependency-cruiser.cjs", "--output-type", "json"];
  const { status, stdout, stderr } = await run(root, "depcruise", ["apps", "libs", "prisma", ...options]);
  if (status !== 0 || !stdout.startsWith("{"))
    return stderr.trim() || stdout.trim() || `ended with ${status}`;
  const { modules, summary } = JSON.parse(stdout) as Cruise;
  const wrong = summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} -> ${to}`);
  const files = listSourceFiles(root).filter(
    ({ path }) => isTypeScript(path) && /^(apps|libs|prisma)\//.test(path),
  );
  const read = new Map(modules.map(({ source, dependencies }) => [source, dependencies]));
  for (const { path, text } of files) {
    const seen = read.get(path)?.map((dependency) => bareName(dependency.module));
    const unseen = importedModules(parseSource(text).root).filter((name) => !seen?.includes(bareName(name)));
    if (seen === undefined) wrong.push(`not read: ${path} (${files.length} files exist)`);
    else if (unseen.length > 0) wrong.push(`imports not read: ${path} -> ${unseen.join(", ")}`);
  }
  return wrong.join("\n");
}

function bareName(module: string): string {
  return module.replace(/^node:/, "");
}

async function complaintsOf(root: string, tool: string, options: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await run(root, tool, options);
  return status === 0 ? "" : `${stdout}${stderr}`.trim() || `${tool} ended with ${status}`;
}

function run(root: string, tool: string, options: readonly string[]) {
  return new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    const child = spawn(join(root, "node_modules/.bin", tool), options, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    const output = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        output[stream] += text;
      });
    }
    child.on("error", reject).on("close", (status) => resolve({ status, ...output }));
  });
}
