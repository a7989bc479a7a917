import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { checks } from "./checks.ts";

/** A violation: files that break one rule and no other, the check that must see it, and the words it says then. */
interface Violation {
  readonly name: string;
  readonly check: string;
  readonly says: RegExp;
  readonly files: Readonly<Record<string, string>>;
}

const core = "libs/core/planted.ts";
const testFile = "libs/core/planted.test.ts";
const testOf = (imported: string, from: string, call: string) =>
  `import { ${imported} } from "${from}";\n\ntest("is planted", () => {\n  expect(${call}).toBeDefined();\n});\n`;
const clientTypes = "apps/api/client/schema.d.ts";
const plainTest = 'test("is planted", () => {\n  expect(1).toBe(1);\n});\n';

const violations: readonly Violation[] = [
  {
    name: "arrow",
    check: "arrows",
    says: /^core-arrows: libs\/core\/planted\.ts -> libs\/platform\/planted\.ts$/m,
    files: {
      "libs/platform/planted.ts": "export const planted = 1;\n",
      [core]:
        'import { planted } from "#libs/platform/planted.ts";\n\nexport const plantedTwice = 2 * planted;\n',
      [testFile]: testOf("plantedTwice", "./planted.ts", "plantedTwice"),
    },
  },
  {
    name: "cycle",
    check: "arrows",
    says: /^no-cycles: libs\/core\/planted/m,
    files: {
      [core]:
        'import { odd } from "./planted-odd.ts";\n\nexport const even = (n: number): boolean => n === 0 || odd(n - 1);\n',
      "libs/core/planted-odd.ts":
        'import { even } from "./planted.ts";\n\nexport const odd = (n: number): boolean => n !== 0 && even(n - 1);\n',
      [testFile]: testOf("even", "./planted.ts", "even(2)"),
    },
  },
  {
    name: "Date.now() in core",
    check: "purity",
    says: /^libs\/core\/planted\.ts:1 Date in pure code$/m,
    files: {
      [core]: "export const plantedAt = (): number => Date.now();\n",
      [testFile]: testOf("plantedAt", "./planted.ts", "plantedAt()"),
    },
  },
  {
    name: "any",
    check: "lint",
    says: /planted\.test\.ts.*noExplicitAny/,
    files: {
      [testFile]: 'test("is planted", () => {\n  const planted: any = 1;\n  expect(planted).toBe(1);\n});\n',
    },
  },
  {
    name: "dead export",
    check: "dead code",
    says: /plantedUnused.*libs\/core\/planted\.ts/,
    files: {
      [core]: "export const plantedUsed = 1;\nexport const plantedUnused = 2;\n",
      [testFile]: testOf("plantedUsed", "./planted.ts", "plantedUsed"),
    },
  },
  {
    name: "401-line file",
    check: "tidy",
    says: /^libs\/core\/planted\.test\.ts:1 file_lines: 401 lines/m,
    files: { [testFile]: `${plainTest}${"// one more line\n".repeat(398)}` },
  },
  {
    name: "banned name",
    check: "tidy",
    says: /^libs\/core\/planted-utils\.test\.ts:1 banned_name/m,
    files: { "libs/core/planted-utils.test.ts": plainTest },
  },
  {
    name: "migration that locks",
    check: "migrations",
    says: /^29990101000000_planted:1 lock_timeout: .*\n29990101000000_planted:1 drop_or_rename: invoice/m,
    files: {
      "prisma/migrations/29990101000000_planted/migration.sql": "ALTER TABLE invoice DROP COLUMN number;\n",
    },
  },
  {
    name: "stale client",
    check: "client",
    says: /^apps\/api\/client\/schema\.d\.ts is not what the routes say/m,
    files: { [clientTypes]: `${readFileSync(join(__dirname, "..", clientTypes), "utf8")}// planted\n` },
  },
  {
    name: "format",
    check: "format",
    says: /planted\.test\.ts format/,
    files: { [testFile]: plainTest.replace("  expect", "      expect") },
  },
];

/**
 * Proves that the checks see what they are for: plants one violation after the other in a temporary copy of
 * the working tree; exactly the right check must change its mind.
 */
export async function selfTest(root: string, print: (line: string) => void): Promise<boolean> {
  const copy = copyTree(root);
  try {
    const before = await runAll(copy);
    const already = [...before].flatMap(([name, complaints]) => (complaints === "" ? [] : [name]));
    if (already.length > 0) print(`the tree itself fails: ${already.join(", ")} (judging by what is new)`);
    let caught = 0;
    for (const violation of violations) {
      for (const [path, text] of Object.entries(violation.files)) plant(join(copy, path), text);
      const after = await runAll(copy);
      for (const path of Object.keys(violation.files)) restore(root, copy, path);
      const verdict = judge(violation, before, after);
      if (verdict === "") caught += 1;
      print(`${verdict === "" ? "caught" : "MISSED"} ${violation.name} (${violation.check})${verdict}`);
    }
    print(`${caught} of ${violations.length} caught`);
    return caught === violations.length;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function plant(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function restore(root: string, copy: string, path: string): void {
  if (existsSync(join(root, path))) cpSync(join(root, path), join(copy, path));
  else rmSync(join(copy, path));
}

type Complaints = ReadonlyMap<string, string>;

async function runAll(root: string): Promise<Complaints> {
  return new Map(await Promise.all(checks.map(async ({ name, find }) => [name, await find(root)] as const)));
}

function judge(violation: Violation, before: Complaints, after: Complaints): string {
  const complaints = after.get(violation.check) ?? "";
  if (!violation.says.test(complaints)) return `: it says ${complaints.slice(-500) || "nothing"}`;
  const others = [...after].filter(
    ([name, text]) =>
      name !== violation.check &&
      (text === "" ? before.get(name) !== "" : before.get(name) === "" || text.includes("planted")),
  );
  return others.map(([name, text]) => `: ${name} changed too: ${text.slice(0, 500)}`).join("");
}

/** The files that git knows or would add, the generated client, and a link to the installed packages. */
function copyTree(root: string): string {
  const copy = mkdtempSync(join(tmpdir(), "billwright-check-"));
  const listed = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], { cwd: root });
  const paths = listed.toString("utf8").split("\0");
  for (const path of [...paths, "prisma/generated"]) {
    if (path !== "" && existsSync(join(root, path))) {
      cpSync(join(root, path), join(copy, path), { recursive: true });
    }
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  return copy;
}
