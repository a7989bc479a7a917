import type { z } from "zod";
import type { Tx } from "#libs/billing/work/tx.ts";
import type { ErrorCode } from "#libs/core/errors.ts";
import type { TenantScope } from "#libs/data/database.ts";
import type { ApiDeps } from "./api-deps.ts";

export type Role = "admin" | "operator" | "ingest" | "reader";

/** Who may call: `read` admin, operator, reader; `write` admin, operator; `ingest` admin, operator, ingest. */
export type Access = "read" | "write" | "ingest" | "admin";

/** The key that a request came with, and whose it is. */
export type Caller = {
  readonly tenantId: string;
  readonly mode: "live" | "test";
  readonly role: Role;
  readonly keyId: string;
};

export type OpenRequest<P, Q, B> = {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** The bytes as sent, unpacked; only of routes with `raw`. */
  readonly raw: Buffer;
  /** The body as it comes, as sent; only of routes with `upload`, empty in all others. */
  readonly upload: AsyncIterable<Uint8Array>;
  /** Media type of the body, lower case, without parameters; "" when there is none. */
  readonly contentType: string;
  readonly requestId: string;
  /** Where it came from, as far as proxies are trusted. */
  readonly address: string;
  readonly header: (name: string) => string | undefined;
  /** The one of the languages offered that `Accept-Language` asks for most, the first where it does not say; null: none. */
  readonly languageOf: (offered: readonly string[]) => string | null;
};

export type TenantRequest<P, Q, B> = OpenRequest<P, Q, B> & {
  readonly caller: Caller;
  /** Version from `If-Match`; undefined: the caller does not mind. */
  readonly ifMatch: number | undefined;
  /** For handlers that open their own transactions. */
  readonly scope: TenantScope;
};

/** What a handler returns: an object for JSON, or bytes of another type. */
export type Answer<T> =
  | {
      readonly body: T;
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | {
      readonly content: Uint8Array | string;
      readonly contentType: string;
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
    };

type Handler<P, Q, B, R> =
  /** Runs in one transaction of the tenant, which also completes the idempotency key. Database work only. */
  | {
      readonly access: Access;
      readonly transaction: (tx: Tx, request: TenantRequest<P, Q, B>, api: ApiDeps) => Promise<Answer<R>>;
    }
  /** Opens its own short transactions, since it calls the outside or streams. */
  | {
      readonly access: Access;
      readonly external: (api: ApiDeps, request: TenantRequest<P, Q, B>) => Promise<Answer<R>>;
    }
  /** Needs no key. */
  | {
      readonly access: "public";
      readonly open: (api: ApiDeps, request: OpenRequest<P, Q, B>) => Promise<Answer<R>>;
    };

export type Method = "get" | "post" | "put" | "patch" | "delete";

type RouteBase<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType> = {
  readonly method: Method;
  /** With parameters in braces: `/v1/customers/{id}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly bodyLimit?: number;
  /** Media types of the body; default JSON. */
  readonly accepts?: readonly string[];
  /** The handler reads the bytes itself; `body` only documents them. */
  readonly raw?: boolean;
  /** The handler reads the body as it comes, still packed. */
  readonly upload?: boolean;
  readonly response: {
    readonly status: number;
    readonly schema?: R;
    readonly description?: string;
    /** Other media types that the route can answer with. */
    readonly contentTypes?: readonly string[];
    readonly headers?: Readonly<Record<string, string>>;
  };
  /** Codes beside those that every route of its kind can answer with. */
  readonly errors: readonly ErrorCode[];
  /**
   * The handler asks in its own transaction whether the key can still be used, as that of a `transaction` does: a key that could
   * a moment ago is let through to it without asking.
   */
  readonly checksKey?: boolean;
  /** Whether `Idempotency-Key` is taken; default for every write. */
  readonly idempotent?: boolean;
  /** The answer as a replay may show it: what is shown once is left out. */
  readonly storedBody?: (body: z.input<R>) => z.input<R>;
  readonly example: {
    readonly params?: Readonly<Record<string, string>>;
    readonly query?: Readonly<Record<string, string>>;
    readonly body?: unknown;
    readonly response?: unknown;
  };
};

export type RouteDefinition<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends z.ZodType,
> = RouteBase<P, Q, B, R> & Handler<z.output<P>, z.output<Q>, z.output<B>, z.input<R>>;

/** A route whose types have been closed over; its handler is only called with what its schemas returned. */
export type Route = RouteBase<z.ZodType, z.ZodType, z.ZodType, z.ZodType> & {
  readonly access: Access | "public";
  readonly idempotent: boolean;
  readonly run: RouteRun;
};

export type RouteRun =
  | {
      readonly kind: "transaction";
      readonly call: (
        tx: Tx,
        request: TenantRequest<unknown, unknown, unknown>,
        api: ApiDeps,
      ) => Promise<Answer<unknown>>;
    }
  | {
      readonly kind: "external";
      readonly call: (
        api: ApiDeps,
        request: TenantRequest<unknown, unknown, unknown>,
      ) => Promise<Answer<unknown>>;
    }
  | {
      readonly kind: "open";
      readonly call: (
        api: ApiDeps,
        request: OpenRequest<unknown, unknown, unknown>,
      ) => Promise<Answer<unknown>>;
    };

/**
 * One route in one object: validation, types, OpenAPI and handler cannot disagree. Every write takes an
 * `Idempotency-Key` unless it says otherwise.
 */
export function defineRoute<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends z.ZodType,
>(definition: RouteDefinition<P, Q, B, R>): Route {
  const idempotent = definition.access !== "public" && (definition.idempotent ?? definition.method !== "get");
  return { ...definition, idempotent, run: runOf(definition) } as unknown as Route;
}

function runOf<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  definition: RouteDefinition<P, Q, B, R>,
): object {
  if ("transaction" in definition) return { kind: "transaction", call: definition.transaction };
  if ("external" in definition) return { kind: "external", call: definition.external };
  return { kind: "open", call: definition.open };
}
