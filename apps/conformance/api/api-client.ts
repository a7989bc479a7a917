import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { DomainError, type ErrorCode, errorTable } from "#libs/core/errors.ts";
import { BadInput } from "../conformance-options.ts";

/** A running Billwright, as a test tenant's key sees it. */
export type ApiClient = {
  /** Throws the DomainError that the API names, and an Error for any other answer than 2xx. */
  readonly send: (method: "GET" | "POST", path: string, body?: unknown) => Promise<unknown>;
  /** A code that no object has yet. */
  readonly newCode: (what: string) => string;
};

const tries = 20;
const problem = z.object({
  code: z.string(),
  detail: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })).optional(),
});

/** Throws BadInput for a key of a live tenant: a run makes many objects. */
export function createApiClient({ url, key }: { readonly url: string; readonly key: string }): ApiClient {
  if (!key.startsWith("bw_test_")) throw new BadInput("--key is a test tenant's key, bw_test_...");
  const run = randomBytes(5).toString("hex");
  let made = 0;
  return {
    send: (method, path, body) => send({ url, key, method, path, body }),
    newCode: (what) => {
      made += 1;
      return `${what}_${run}_${made}`;
    },
  };
}

async function send(request: {
  readonly url: string;
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}): Promise<unknown> {
  const { url, key, method, path, body } = request;
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw new BadInput(
        `${url} cannot be reached: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
    if (response.status === 401) throw new BadInput(`${url} does not know the --key`);
    if (response.ok) return response.json();
    if (response.status !== 429 || attempt === tries) throw await refusalOf(response, `${method} ${path}`);
    await sleep(1_000 * Number(response.headers.get("retry-after") ?? 1));
  }
}

async function refusalOf(response: Response, request: string): Promise<Error> {
  const parsed = problem.safeParse(await response.json().catch(() => null));
  if (!parsed.success) return new Error(`${request} answered ${response.status}`);
  const { code, detail, errors } = parsed.data;
  const place = errors?.[0];
  const named = place !== undefined && isErrorCode(place.code) ? place.code : code;
  if (!isErrorCode(named)) return new Error(`${request} answered ${response.status} ${named}`);
  return new DomainError(
    named,
    place === undefined ? (detail ?? named) : `${place.path}: ${place.message}`,
    {},
  );
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code);
}
