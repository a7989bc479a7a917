// npm run openapi:types [-- --check]: writes the types of the API's client, or says that they are stale.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type OpenApiMedia, toOpenApi } from "../apps/api/openapi.ts";
import { allRoutes } from "../apps/api/routes/all-routes.ts";

const path = "apps/api/client/schema.d.ts";
const heading =
  "// Made by `npm run openapi:types` from the routes; `npm run check` says when it is stale.\n";

// The generator prints with the compiler API that TypeScript 7 no longer has: it alone gets version 5.
const five = require.resolve("typescript-5");
require(five);
const seenByGenerator = createRequire(require.resolve("openapi-typescript")).resolve("typescript");
require.cache[seenByGenerator] = require.cache[five];
const generator: typeof import("openapi-typescript", { with: {
  "resolution-mode": "import",
}}) = require("openapi-typescript");

async function main(): Promise<boolean> {
  const file = join(__dirname, "..", path);
  const text = heading + generator.astToString(await generator.default(JSON.stringify(documentOfTypes())));
  if (!process.argv.includes("--check")) {
    writeFileSync(file, text);
    return true;
  }
  const isFresh = existsSync(file) && readFileSync(file, "utf8") === text;
  if (!isFresh) process.stdout.write(`${path} is not what the routes say: npm run openapi:types\n`);
  return isFresh;
}

/** The document without what types cannot say: examples of bodies, and what tells one problem from the other. */
function documentOfTypes(): object {
  const { paths, components, ...rest } = toOpenApi(allRoutes, "http://localhost:3000");
  const problem = { $ref: "#/components/responses/Problem" };
  const operations = Object.values(paths).flatMap((item) => Object.values(item));
  for (const { requestBody, responses } of operations) {
    for (const media of [requestBody, ...Object.values(responses)].flatMap(mediaOf)) {
      delete media.example;
      delete media.examples;
    }
  }
  const [first] = operations.flatMap(({ responses }) => Object.values(responses).filter(isProblem));
  for (const { responses } of operations) {
    for (const [status, response] of Object.entries(responses)) {
      if (isProblem(response)) Object.assign(responses, { [status]: problem });
    }
  }
  const responses = { Problem: { description: "RFC 9457", content: first?.content } };
  return { ...rest, paths, components: { ...components, responses } };
}

function mediaOf(said: { readonly content?: Readonly<Record<string, OpenApiMedia>> } | undefined) {
  return Object.values(said?.content ?? {});
}

function isProblem({ content }: { content?: object }): boolean {
  return content !== undefined && "application/problem+json" in content;
}

main().then(
  (good) => {
    process.exitCode = good ? 0 : 1;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  },
);
