/** What a script of curl lines did: what its commands printed, one entry each, the files it wrote, the requests it sent. */
export type CurlScriptResult = {
  readonly printed: readonly string[];
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly requests: readonly { readonly method: string; readonly path: string; readonly status: number }[];
};

type Shell = {
  readonly variables: Map<string, string>;
  /** Functions that are one command ending in "$@": the words before it. */
  readonly functions: Map<string, readonly string[]>;
  readonly printed: string[];
  readonly files: Map<string, Uint8Array>;
  readonly requests: { method: string; path: string; status: number }[];
  readonly deadline: number;
};

type CurlRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly file: string | undefined;
};

const pauseMs = 100;

/**
 * Runs the few words of shell that the README uses, with `fetch` for curl, so that it needs neither curl nor a shell:
 * assignments, functions of one command, `curl ... | get .path`, `NAME=$(...)` and `until [ "$(...)" = word ]`, or `!=`.
 * @param fixed variables that the script may not set
 * @throws Error for anything else, for an answer that is no 2xx, and when an `until` takes longer than `boundMs`
 */
export async function runCurlScript(
  script: string,
  options: { readonly fixed: Readonly<Record<string, string>>; readonly boundMs: number },
): Promise<CurlScriptResult> {
  const shell: Shell = {
    ...{ variables: new Map(Object.entries(options.fixed)), functions: new Map(), printed: [] },
    ...{ files: new Map(), requests: [], deadline: performance.now() + options.boundMs },
  };
  for (const command of commandsOf(script)) await runCommand(command, shell, options.fixed);
  return { printed: shell.printed, files: shell.files, requests: shell.requests };
}

/** Lines, joined while a quote is open. */
function commandsOf(script: string): string[] {
  const commands: string[] = [];
  let open = "";
  for (const line of script.split("\n")) {
    open = open === "" ? line : `${open}\n${line}`;
    if (isQuoteOpen(open)) continue;
    if (open.trim() !== "") commands.push(open.trim());
    open = "";
  }
  if (open !== "") throw new Error(`a quote stays open: ${open}`);
  return commands;
}

function isQuoteOpen(text: string): boolean {
  let quote = "";
  for (const char of text) {
    if (quote === "" && (char === "'" || char === '"')) quote = char;
    else if (char === quote) quote = "";
  }
  return quote !== "";
}

async function runCommand(
  command: string,
  shell: Shell,
  fixed: Readonly<Record<string, string>>,
): Promise<void> {
  const definition = /^(\w+)\(\) \{ (.+); \}$/s.exec(command);
  if (definition?.[1] !== undefined && definition[2] !== undefined) {
    shell.functions.set(definition[1], rawWords(definition[2]));
    return;
  }
  const until = /^until \[ "\$\((.+)\)" (=|!=) (\w+) \]; do sleep 1; done$/s.exec(command);
  if (until?.[1] !== undefined) {
    const isWanted = (printed: string) => (printed === until[3]) === (until[2] === "=");
    while (!isWanted(await evaluate(until[1], shell))) await pause(shell, command);
    return;
  }
  const captured = /^(\w+)=\$\((.+)\)$/s.exec(command);
  if (captured?.[1] !== undefined && captured[2] !== undefined) {
    shell.variables.set(captured[1], await evaluate(captured[2], shell));
    return;
  }
  const words = rawWords(command.replace(/^export /, ""));
  if (words.every((word) => /^[A-Z]+=/.test(word))) {
    for (const word of words) {
      const [name = "", ...value] = word.split("=");
      if (!(name in fixed)) shell.variables.set(name, expand(value.join("="), shell));
    }
    return;
  }
  shell.printed.push(await evaluate(command, shell));
}

/** What a pipeline prints: the body of an answer, or what `get .path` finds in it. */
async function evaluate(pipeline: string, shell: Shell): Promise<string> {
  const [, command = "", path] = /^(.+?)(?: \| get (\S+))?$/s.exec(pipeline) ?? [];
  const [name = "", ...rest] = rawWords(command);
  const defined = shell.functions.get(name);
  const words = defined === undefined ? [name, ...rest] : defined.flatMap((w) => (w === '"$@"' ? rest : [w]));
  if (words[0] !== "curl") throw new Error(`not understood: ${command}`);
  const body = await send(readCurl(words.slice(1).map((word) => expand(word, shell))), shell);
  return path === undefined ? body : valueAt(JSON.parse(body), path);
}

/** Words with their quotes. */
function rawWords(text: string): string[] {
  return text.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
}

/** Takes the quotes off a word and puts variables in, but not between single quotes. */
function expand(word: string, shell: Shell): string {
  const fill = (text: string) =>
    text.replace(/\$(\w+)/g, (_, name: string) => {
      const value = shell.variables.get(name);
      if (value === undefined) throw new Error(`$${name} is not set`);
      return value;
    });
  return (word.match(/'[^']*'|"[^"]*"|[^'"]+/g) ?? [])
    .map((part) => {
      if (part.startsWith("'")) return part.slice(1, -1);
      return fill(part.startsWith('"') ? part.slice(1, -1) : part);
    })
    .join("");
}

function readCurl(words: readonly string[]): CurlRequest {
  const headers: Record<string, string> = {};
  let method: string | undefined;
  let url: string | undefined;
  let body: string | undefined;
  let file: string | undefined;
  const rest = [...words];
  const next = () => rest.shift() ?? "";
  while (rest.length > 0) {
    const word = next();
    if (word === "-H") {
      const [, name = "", value = ""] = /^([^:]+): (.*)$/.exec(next()) ?? [];
      headers[name] = value;
    } else if (word === "-X") method = next();
    else if (word === "-o") file = next();
    else if (word === "--json") {
      body = next();
      headers["Content-Type"] = "application/json";
    } else if (word.startsWith("-") && word !== "-sS") throw new Error(`curl ${word} is not understood`);
    else if (!word.startsWith("-")) url = word;
  }
  if (url === undefined) throw new Error("curl without a URL");
  return { method: method ?? (body === undefined ? "GET" : "POST"), url, headers, body, file };
}

async function send(request: CurlRequest, shell: Shell): Promise<string> {
  const { method, url, headers, body, file } = request;
  const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const text = new TextDecoder().decode(bytes);
  shell.requests.push({ method, path: new URL(url).pathname, status: answer.status });
  if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status}: ${text}`);
  if (file === undefined) return text;
  shell.files.set(file, bytes);
  return "";
}

/** `.data[0].id` of a parsed answer, as `node -p` prints it. */
function valueAt(value: unknown, path: string): string {
  let found = value;
  for (const [, name, index] of path.matchAll(/\.(\w+)|\[(\d+)\]/g)) {
    if (typeof found !== "object" || found === null) return "undefined";
    found = (found as Record<string, unknown>)[name ?? index ?? ""];
  }
  return String(found);
}

async function pause(shell: Shell, command: string): Promise<void> {
  if (performance.now() > shell.deadline) throw new Error(`took too long: ${command}`);
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
}
