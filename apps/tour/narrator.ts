import { isDeepStrictEqual } from "node:util";
import { type ApiClient, createClient } from "../api/client/create-client.ts";
import { shorten } from "./shorten.ts";

/** Prints what the tour does, and remembers what did not come out as it said. */
export type Narrator = {
  readonly heading: (text: string) => void;
  readonly say: (text: string) => void;
  /** A fact of the tour: whether what is seen is what must be. */
  readonly fact: (what: string, seen: unknown, wanted: unknown) => void;
  /** The typed client, printing each request as a command line has it, and its answer. */
  readonly narrated: (given: { readonly baseUrl: string; readonly key: string }) => ApiClient;
  readonly facts: () => number;
  /** What differed, in words. */
  readonly differences: () => readonly string[];
};

export function createNarrator(print: (line: string) => void): Narrator {
  const differences: string[] = [];
  let facts = 0;
  let headings = 0;
  return {
    heading: (text) => {
      headings += 1;
      print(`\n${headings}. ${text}\n`);
    },
    say: (text) => print(text),
    fact: (what, seen, wanted) => {
      facts += 1;
      if (isDeepStrictEqual(seen, wanted)) return print(`   ok    ${what}: ${wordsOf(seen)}`);
      differences.push(`${what}: ${wordsOf(seen)} instead of ${wordsOf(wanted)}`);
      print(`   WRONG ${differences.at(-1)}`);
    },
    narrated: (given) => narrate(createClient(given), print),
    facts: () => facts,
    differences: () => differences,
  };
}

function narrate(client: ApiClient, print: (line: string) => void): ApiClient {
  client.use({
    onRequest: async ({ request }) => {
      const { pathname, search } = new URL(request.url);
      const body = await request.clone().text();
      const method = request.method === (body === "" ? "GET" : "POST") ? "" : `-X ${request.method} `;
      const url = search === "" ? `$API${pathname}` : `"$API${pathname}${search}"`;
      print(`$ send ${method}${url}${body === "" ? "" : ` --json '${body}'`}`);
    },
    onResponse: async ({ response }) => {
      const type = response.headers.get("content-type") ?? "";
      const copy = response.clone();
      const said = type.includes("json")
        ? shorten(await copy.json())
        : `${(await copy.arrayBuffer()).byteLength} bytes of ${type}`;
      print(`   ${response.status} ${said}`);
    },
  });
  return client;
}

function wordsOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
