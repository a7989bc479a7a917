import { isTest, type SourceFile } from "./source-files.ts";
import { asNode, identifierOf, memberOf, nodesOf, referenceOf, stringOf } from "./source-syntax.ts";
import { parseSource, type Syntax, type SyntaxNode, walkSyntax } from "./source-syntax.ts";

export type TidyRule =
  | "banned_name"
  | "environment"
  | "file_lines"
  | "function_lines"
  | "index_file"
  | "module_mock"
  | "readme"
  | "reexport_all"
  | "skipped_test"
  | "sql_offset";

/** One breach; `amount` is the number of lines for the size rules and 1 for the others. */
export interface TidyBreach {
  readonly rule: TidyRule;
  readonly path: string;
  readonly line: number;
  readonly amount: number;
  readonly message: string;
}

const maxFileLines = 400;
const maxFunctionLines = 70;

/** The files that may read the environment; everybody else is handed a config. */
const environmentReaders: readonly RegExp[] = [
  /^libs\/platform\/config\.ts$/,
  /^apps\/sandbox\/main\.ts$/,
  // Jest's set-up hands its servers to the workers through the environment.
  /^libs\/testkit\/(global-(setup|teardown)|test-[a-z-]+)\.ts$/,
  /^\.config\//,
  /^jest\.config\.ts$/,
];
const bannedWords: ReadonlySet<string> = new Set([
  ...["util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"],
]);
const readmeHeadings = ["Owns", "Does not own", "Invariants", "Words"];

/** The banned word in a file, folder or export name, if there is one; "service period" is a word of billing. */
function bannedWordIn(name: string): string | undefined {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.find(
    (word, at) =>
      bannedWords.has(word) || (word.includes("service") && !(words[at + 1] ?? "").startsWith("period")),
  );
}

/** Breaches that one file shows by itself. */
export function breachesOfFile(file: SourceFile): TidyBreach[] {
  const { path, text } = file;
  if (path.endsWith(".md")) return [];
  const breaches: TidyBreach[] = [];
  const report = (rule: TidyRule, line: number, message: string, amount = 1) =>
    breaches.push({ rule, path, line, amount, message });
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  if (lines > maxFileLines) report("file_lines", 1, `${lines} lines, at most ${maxFileLines}`, lines);
  const word = bannedWordIn(path);
  if (word !== undefined) report("banned_name", 1, `"${word}" says nothing: name the thing it owns`);
  if (/(^|\/)index\.[cm]?[jt]s$/.test(path)) report("index_file", 1, "import the file that owns the thing");
  if (!isTest(path)) checkOffsets(text, report);
  const syntax = parseSource(text);
  checkExports(syntax, report);
  checkSyntax(path, syntax, report);
  return breaches;
}

/** Breaches in the READMEs: each library says what it owns, and what not. */
export function breachesOfReadmes(files: readonly SourceFile[]): TidyBreach[] {
  const libs = new Set(files.flatMap((file) => /^libs\/[^/]+(?=\/)/.exec(file.path)?.[0] ?? []));
  return [...libs].flatMap((lib): TidyBreach[] => {
    const path = `${lib}/README.md`;
    const text = files.find((file) => file.path === path)?.text;
    const missing = readmeHeadings.filter(
      (heading) => !new RegExp(`^#+ ${heading}\\s*$`, "m").test(text ?? ""),
    );
    if (missing.length === 0) return [];
    const what = text === undefined ? "there is no README.md" : `headings missing: ${missing.join(", ")}`;
    return [{ rule: "readme", path, line: 1, amount: 1, message: what }];
  });
}

/** A page that is found by counting rows is slower the later it comes, and moves under its reader; `offset 0` only bars the planner. */
function checkOffsets(text: string, report: Report): void {
  for (const [at, line] of text.split("\n").entries()) {
    if (/\boffset\s+(\$\{|\$\d|[1-9])/i.test(line)) {
      report("sql_offset", at + 1, "OFFSET reads what it leaves out: go on after the last key (page.ts)");
    }
  }
}

type Report = (rule: TidyRule, line: number, message: string, amount?: number) => void;

function checkExports(syntax: Syntax, report: Report): void {
  for (const statement of nodesOf(syntax.root.body)) {
    const line = syntax.linesOf(statement).first;
    if (statement.type === "ExportAllDeclaration") {
      report("reexport_all", line, "`export *` hides who owns a thing");
    }
    for (const name of exportedNames(statement)) {
      const word = bannedWordIn(name);
      if (word !== undefined) report("banned_name", line, `"${word}" in the exported name ${name}`);
    }
  }
}

function exportedNames(statement: SyntaxNode): string[] {
  if (statement.type === "ExportNamedDeclaration") {
    return nodesOf(statement.specifiers).flatMap(
      (s) => identifierOf(s.exported) ?? identifierOf(s.orig) ?? [],
    );
  }
  const declaration = asNode(statement.declaration ?? statement.decl);
  if (declaration === undefined || !String(statement.type).startsWith("Export")) return [];
  const declared = [declaration, ...nodesOf(declaration.declarations)];
  return declared.flatMap((node) => identifierOf(node.identifier) ?? identifierOf(node.id) ?? []);
}

function checkSyntax(path: string, syntax: Syntax, report: Report): void {
  const suites = new Set<unknown>();
  const mayReadEnvironment = environmentReaders.some((pattern) => pattern.test(path));
  walkSyntax(syntax.root, (node, parent, field) => {
    if (node.type === "CallExpression" && rootOf(node.callee) === "describe") {
      for (const argument of nodesOf(node.arguments)) suites.add(argument.expression);
    }
    checkFunctionLines(syntax, node, suites, report);
    const line = () => syntax.linesOf(node.span === undefined && parent ? parent : node).first;
    if (!mayReadEnvironment && readsEnvironment(node)) {
      report("environment", line(), "process.env is read in libs/platform/config.ts only");
    }
    if (!isTest(path) && !path.startsWith("libs/testkit/")) return;
    const member = memberOf(node);
    if (member?.object === "jest" && /mock(Module)?$|^setMock$/i.test(member.property)) {
      report("module_mock", line(), `jest.${member.property}: hand the module what it needs instead`);
    }
    if (skipsTests(node, referenceOf(node, parent, field))) {
      report("skipped_test", line(), "a test runs or is deleted");
    }
  });
}

const functionTypes: ReadonlySet<string> = new Set([
  ...["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression", "ClassMethod"],
  ...["PrivateMethod", "Constructor", "MethodProperty", "GetterProperty", "SetterProperty"],
]);

/** The callback of `describe` is a chapter, not a function: it is not measured, what stands in it is. */
function checkFunctionLines(
  syntax: Syntax,
  node: SyntaxNode,
  suites: ReadonlySet<unknown>,
  report: Report,
): void {
  if (!functionTypes.has(node.type ?? "") || suites.has(node)) return;
  const { first, last } = syntax.linesOf(node);
  const lines = last - first + 1;
  if (lines <= maxFunctionLines) return;
  const name = identifierOf(node.identifier) ?? identifierOf(node.key) ?? "a function";
  report("function_lines", first, `${name} has ${lines} lines, at most ${maxFunctionLines}`, lines);
}

function readsEnvironment(node: SyntaxNode): boolean {
  const member = memberOf(node);
  if (member?.object === "process" && member.property === "env") return true;
  if (node.type === "VariableDeclarator" && identifierOf(node.init) === "process") return true;
  if (node.type !== "ImportDeclaration" || !/^(node:)?process$/.test(stringOf(node.source) ?? ""))
    return false;
  return nodesOf(node.specifiers).some((s) => (identifierOf(s.imported) ?? identifierOf(s.local)) === "env");
}

const suspended: ReadonlySet<string> = new Set(["skip", "only", "todo"]);
const runners: ReadonlySet<string> = new Set(["test", "it", "describe"]);
const suspendedNames: ReadonlySet<string> = new Set(["xit", "xtest", "xdescribe", "fit", "fdescribe"]);

function skipsTests(node: SyntaxNode, reference: string | undefined): boolean {
  if (reference !== undefined && suspendedNames.has(reference)) return true;
  const member = memberOf(node);
  return member !== undefined && suspended.has(member.property) && runners.has(rootOf(node.object) ?? "");
}

/** `describe` of `describe.each(table)(...)`. */
function rootOf(value: unknown): string | undefined {
  const node = asNode(value);
  if (node?.type === "CallExpression") return rootOf(node.callee);
  if (node?.type === "TaggedTemplateExpression") return rootOf(node.tag);
  return node?.type === "MemberExpression" ? rootOf(node.object) : identifierOf(node);
}
