import createFetchClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.d.ts";

/** RFC 9457, with the `code` that never changes its meaning. */
export type Problem = components["schemas"]["Problem"];

/** What answers are typed by; files and tables come with `parseAs: "text"`, `"arrayBuffer"` or `"stream"`. */
type JsonMedia = "application/json" | "application/problem+json";

/** `GET`, `POST` and so on, each taking a path of the OpenAPI document and what that asks for. */
export type ApiClient = Client<paths, JsonMedia>;

/**
 * A client of the HTTP API whose paths, parameters, bodies and answers are typed by its OpenAPI document.
 * @param baseUrl where the API is, without a path, such as `http://127.0.0.1:3000`
 * @param key `bw_live_...` or `bw_test_...`; null asks without one, which public routes take
 */
export function createClient(given: { readonly baseUrl: string; readonly key: string | null }): ApiClient {
  const { baseUrl, key } = given;
  return createFetchClient<paths, JsonMedia>({
    baseUrl,
    headers: key === null ? {} : { authorization: `Bearer ${key}` },
  });
}

type Answered<T> =
  | { readonly data: T; readonly error?: never; readonly response: Response }
  | { readonly data?: never; readonly error: unknown; readonly response: Response };

/**
 * The body of a good answer.
 * @throws Error that names request, status and code of any other answer, with the problem as its `cause`
 */
export function bodyOf<T>({ data, error, response }: Answered<T>): T {
  if (response.ok) return data as T;
  const { pathname, search } = new URL(response.url);
  const said = error as Partial<Problem> | undefined;
  const fields = (said?.errors ?? []).map(({ path, message }) => `; ${path} ${message}`).join("");
  const words = `${said?.code ?? response.statusText}: ${said?.detail ?? ""}${fields}`;
  throw new Error(`${pathname}${search} answered ${response.status} ${words}`, { cause: error });
}

/** What a route takes as its JSON body: `RequestBody<"/v1/plans", "post">`. */
export type RequestBody<P extends keyof paths, M extends "post" | "put" | "patch"> = paths[P][M] extends {
  requestBody?: { content: { "application/json": infer B } };
}
  ? B
  : never;
