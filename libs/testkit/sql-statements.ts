/** One statement of a script, in one line: words in lower case with one space between all tokens, quotes as they stand. */
export interface SqlStatement {
  readonly sql: string;
  /** The line of its first word, from 1. */
  readonly line: number;
  /** The `--` comments before it and in it, without the dashes. */
  readonly comments: readonly string[];
}

const token = new RegExp(
  [
    /(?<space>\s+)/,
    /--(?<comment>[^\n]*)/,
    /(?<block>\/\*)/,
    /(?<body>\$(?:[A-Za-z_]\w*)?\$)/,
    /(?<escaped>[eE]'(?:[^'\\]|\\[\s\S]|'')*')/,
    /(?<text>'(?:[^']|'')*')/,
    /(?<name>"(?:[^"]|"")*")/,
    /(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)/,
    /(?<number>\d[\w.]*)/,
    /(?<mark>::|[^'"])/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "y",
);

/**
 * Cuts a PostgreSQL script at the semicolons that end statements: not at those in strings, quoted names, comments, function
 * bodies and parentheses. Bodies between dollars are left out as `$$`.
 * @throws Error for a quote, comment or body that does not end
 */
export function readSqlStatements(script: string): SqlStatement[] {
  const statements: SqlStatement[] = [];
  let open = emptyStatement();
  for (let at = 0; at < script.length; ) {
    token.lastIndex = at;
    const groups = token.exec(script)?.groups ?? {};
    const end = endOf(script, at, groups);
    if (groups["comment"] !== undefined) open.comments.push(groups["comment"].trim());
    else if (groups["space"] === undefined && groups["block"] === undefined) {
      const text = groups["body"] === undefined ? script.slice(at, end) : "$$";
      if (text === ";" && open.depth === 0) {
        if (open.tokens.length > 0) statements.push(closed(open));
        open = emptyStatement();
      } else take(open, groups["word"] === undefined ? text : text.toLowerCase(), lineAt(script, at));
    }
    at = end;
  }
  if (open.tokens.length > 0) statements.push(closed(open));
  return statements;
}

function emptyStatement() {
  return { tokens: [] as string[], comments: [] as string[], line: 0, depth: 0 };
}

type OpenStatement = ReturnType<typeof emptyStatement>;

function closed({ tokens, line, comments }: OpenStatement): SqlStatement {
  return { sql: tokens.join(" "), line, comments };
}

/** The body of a function in standard SQL, BEGIN ATOMIC ... END, holds semicolons without any quotes. */
function take(open: OpenStatement, text: string, line: number): void {
  if (open.tokens.length === 0) open.line = line;
  const isInBody = open.tokens.includes("atomic");
  if (text === "(" || text === "atomic" || (isInBody && text === "case")) open.depth += 1;
  if (text === ")" || (isInBody && text === "end")) open.depth -= 1;
  open.tokens.push(text);
}

function endOf(script: string, at: number, groups: Record<string, string | undefined>): number {
  if (groups["body"] !== undefined) {
    const end = script.indexOf(groups["body"], token.lastIndex);
    if (end >= 0) return end + groups["body"].length;
  } else if (groups["block"] !== undefined) {
    const end = endOfBlockComment(script, at);
    if (end >= 0) return end;
  } else if (token.lastIndex > at) return token.lastIndex;
  throw new Error(`line ${lineAt(script, at)}: ${script.slice(at, at + 20)} does not end`);
}

/** Block comments of PostgreSQL nest. */
function endOfBlockComment(script: string, start: number): number {
  let depth = 0;
  for (const { 0: mark, index } of script.slice(start).matchAll(/\/\*|\*\//g)) {
    depth += mark === "/*" ? 1 : -1;
    if (depth === 0) return start + index + 2;
  }
  return -1;
}

function lineAt(script: string, at: number): number {
  return script.slice(0, at).split("\n").length;
}

/** The parts between the commas of a list that stand in no parentheses. */
export function splitAtCommas(sql: string): string[] {
  const parts: string[][] = [[]];
  let depth = 0;
  for (const [text] of sql.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\S+/g)) {
    if (text === "(" || text === "[") depth += 1;
    if (text === ")" || text === "]") depth -= 1;
    if (text === "," && depth === 0) parts.push([]);
    else parts.at(-1)?.push(text);
  }
  return parts.map((part) => part.join(" "));
}
