import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** A file of the project: path from its root with `/`, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const places = ["apps", "libs", "prisma", ".config", "jest.config.ts"];
const skippedFolders: ReadonlySet<string> = new Set(["node_modules", "prisma/generated", "dist"]);
const generatedFiles: ReadonlySet<string> = new Set(["apps/api/client/schema.d.ts"]);
const wantedNames = /\.(ts|cjs|mjs|js|md)$/;

/** Every hand-written source file and README under `root`, sorted by path; generated code is left out. */
export function listSourceFiles(root: string): SourceFile[] {
  const paths: string[] = [];
  for (const place of places) {
    if (existsSync(join(root, place))) collect(root, place, paths);
  }
  return paths.sort().map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

function collect(root: string, path: string, into: string[]): void {
  if (!statSync(join(root, path)).isDirectory()) {
    if (wantedNames.test(path) && !generatedFiles.has(path)) into.push(path);
    return;
  }
  for (const name of readdirSync(join(root, path))) {
    const child = `${path}/${name}`;
    if (name !== "node_modules" && !skippedFolders.has(child)) collect(root, child, into);
  }
}

export function isTypeScript(path: string): boolean {
  return path.endsWith(".ts");
}

export function isTest(path: string): boolean {
  return path.endsWith(".test.ts");
}

/** The migrations under `root` with their SQL, in the order in which they are applied. */
export function listMigrations(root: string): { name: string; text: string }[] {
  const folder = join(root, "prisma/migrations");
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, path: join(folder, name, "migration.sql") }))
    .filter(({ path }) => existsSync(path))
    .map(({ name, path }) => ({ name, text: readFileSync(path, "utf8") }));
}
