import { parseSync } from "@swc/core";

/** A node of the syntax tree as swc gives it; positions are 1-based byte offsets. */
export interface SyntaxNode {
  readonly type?: string;
  readonly span?: { readonly start: number; readonly end: number };
  readonly [field: string]: unknown;
}

export interface Syntax {
  readonly root: SyntaxNode;
  /** First and last line of a node, counted from 1. */
  readonly linesOf: (node: SyntaxNode) => { readonly first: number; readonly last: number };
}

/** Parses one TypeScript or JavaScript file; comments and the contents of strings are no nodes. */
export function parseSource(text: string): Syntax {
  const root = parseSync(text, { syntax: "typescript", target: "es2023" }) as unknown as SyntaxNode;
  const lineStarts = [0];
  const bytes = Buffer.from(text);
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lineStarts.push(at + 1);
  const lineAt = (offset: number): number => {
    let low = 0;
    let high = lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
  return {
    root,
    linesOf: (node) => ({
      first: lineAt((node.span?.start ?? 1) - 1),
      last: lineAt((node.span?.end ?? 2) - 2),
    }),
  };
}

export function asNode(value: unknown): SyntaxNode | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as SyntaxNode)
    : undefined;
}

export function nodesOf(value: unknown): SyntaxNode[] {
  return Array.isArray(value) ? value.map(asNode).filter((node) => node !== undefined) : [];
}

/** Calls `visit` for every node below and including `node`, parents first, with the parent and its field. */
export function walkSyntax(
  node: SyntaxNode,
  visit: (node: SyntaxNode, parent: SyntaxNode | undefined, field: string) => void,
): void {
  const step = (current: SyntaxNode, parent: SyntaxNode | undefined, field: string): void => {
    visit(current, parent, field);
    for (const [name, value] of Object.entries(current)) {
      if (name === "span" || typeof value !== "object" || value === null) continue;
      if (Array.isArray(value)) for (const item of nodesOf(value)) step(item, current, name);
      else step(value as SyntaxNode, current, name);
    }
  };
  step(node, undefined, "");
}

/** The identifier's name, when the node is one. */
export function identifierOf(value: unknown): string | undefined {
  const node = asNode(value);
  return node?.type === "Identifier" && typeof node.value === "string" ? node.value : undefined;
}

export function stringOf(value: unknown): string | undefined {
  const node = asNode(value);
  return node?.type === "StringLiteral" && typeof node.value === "string" ? node.value : undefined;
}

/** `object.property` or `object["property"]` as two names; undefined for anything else. */
export function memberOf(node: SyntaxNode): { object: string | undefined; property: string } | undefined {
  if (node.type !== "MemberExpression") return undefined;
  const named = identifierOf(node.property);
  const property = named ?? stringOf(asNode(node.property)?.expression);
  return property === undefined ? undefined : { object: identifierOf(node.object), property };
}

const nameFields: ReadonlySet<string> = new Set([
  "key",
  "property",
  "label",
  "imported",
  "exported",
  "right",
]);

/** A name that is used as a value or a type, not as the key or property of something else. */
export function referenceOf(
  node: SyntaxNode,
  parent: SyntaxNode | undefined,
  field: string,
): string | undefined {
  const name = identifierOf(node);
  if (name === undefined || parent === undefined) return undefined;
  if (field === "right" && parent.type !== "TsQualifiedName") return name;
  return nameFields.has(field) ? undefined : name;
}

/** Every module that the file names: imports, exports, `require`, `import()` and import types. */
export function importedModules(root: SyntaxNode): string[] {
  const found = new Set<string>();
  walkSyntax(root, (node) => {
    const declared = stringOf(node.source);
    if (declared !== undefined) found.add(declared);
    if (node.type === "TsImportType") found.add(stringOf(node.argument) ?? "?");
    if (node.type !== "CallExpression") return;
    const isImport = asNode(node.callee)?.type === "Import" || identifierOf(node.callee) === "require";
    const named = isImport ? stringOf(nodesOf(node.arguments)[0]?.expression) : undefined;
    if (named !== undefined) found.add(named);
  });
  return [...found];
}
