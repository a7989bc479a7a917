import { isTest, isTypeScript, type SourceFile } from "./source-files.ts";
import { identifierOf, memberOf, nodesOf, parseSource, referenceOf, stringOf } from "./source-syntax.ts";
import { asNode, type SyntaxNode, walkSyntax } from "./source-syntax.ts";

export interface PurityBreach {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

const bannedNames: ReadonlySet<string> = new Set([
  ...["Promise", "Date", "process", "performance", "console", "globalThis", "global", "require", "fetch"],
  ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "structuredClone", "navigator"],
]);
const allowedOfCrypto: ReadonlySet<string> = new Set(["createHash", "createHmac", "hash", "timingSafeEqual"]);

/**
 * What makes libs/core depend on anything but its arguments: async code, clocks, randomness, environment,
 * input and output. Looks at the syntax tree, so comments and strings do not count; tests are left out.
 */
export function findImpureCore(files: readonly SourceFile[]): PurityBreach[] {
  return files
    .filter((file) => file.path.startsWith("libs/core/") && isTypeScript(file.path) && !isTest(file.path))
    .flatMap(findImpurity);
}

function findImpurity(file: SourceFile): PurityBreach[] {
  const { root, linesOf } = parseSource(file.text);
  const breaches: PurityBreach[] = [];
  let line = 1;
  walkSyntax(root, (node, parent, field) => {
    if (node.span !== undefined) line = linesOf(node).first;
    const what = impurityOf(node, parent, field);
    if (what !== undefined) breaches.push({ path: file.path, line, message: `${what} in pure code` });
  });
  return breaches;
}

function impurityOf(node: SyntaxNode, parent: SyntaxNode | undefined, field: string): string | undefined {
  if (node.async === true) return "async";
  if (node.type === "AwaitExpression" || node.await === true) return "await";
  if (node.type === "CallExpression" && asNode(node.callee)?.type === "Import") return "import()";
  if (node.type === "ImportDeclaration") return impureImport(node);
  const member = memberOf(node);
  if (member?.object === "Math" && member.property === "random") return "Math.random";
  if (member?.property === "Now") return "Temporal.Now";
  const name = referenceOf(node, parent, field);
  return name !== undefined && bannedNames.has(name) ? name : undefined;
}

function impureImport(node: SyntaxNode): string | undefined {
  const source = stringOf(node.source);
  if (source !== "node:crypto" && source !== "crypto") return undefined;
  for (const specifier of nodesOf(node.specifiers)) {
    const name = identifierOf(specifier.imported) ?? identifierOf(specifier.local) ?? "";
    if (specifier.type !== "ImportSpecifier" || !allowedOfCrypto.has(name)) return `${name} of node:crypto`;
  }
  return undefined;
}
