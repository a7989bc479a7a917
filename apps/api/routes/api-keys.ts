import { z } from "zod";
import { createApiKey } from "#libs/billing/catalog/create-api-key.ts";
import { rotateApiKey } from "#libs/billing/catalog/rotate-api-key.ts";
import { revokeApiKey } from "#libs/billing/catalog/revoke-api-key.ts";
import {
  nullableTimestamp,
  parseTimestamp,
  text,
  timestamp,
  timestampToWire,
} from "#libs/billing/wire/wire-values.ts";
import { defined } from "#libs/core/defined.ts";
import { domainError } from "#libs/core/errors.ts";
import { parsePublicId, publicId } from "#libs/core/public-id.ts";
import { type ApiKeyRow, listApiKeys } from "#libs/data/api-keys.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { listAnswer, listOf, pageFields, pageQuery } from "../list-page.ts";

const tag = "API keys";
const roles = ["admin", "operator", "ingest", "reader"] as const;

const keyFields = {
  id: z.string(),
  name: z.string(),
  role: z.enum(roles),
  last_four: z.string(),
  expires_at: z.iso.datetime().nullable(),
  revoked_at: z.iso.datetime().nullable(),
  last_used_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
};
const keyWire = z.object(keyFields).meta({ id: "ApiKey" });
const newKeyWire = z
  .object({
    ...keyFields,
    key: z.string().nullable().describe("Shown here once; null when the answer is replayed"),
  })
  .meta({ id: "NewApiKey" });

const example = {
  id: "key_01jq8z5c3e7wq8m2v4t6y9r1p3",
  name: "ingest of the web shop",
  role: "ingest",
  last_four: "q4Zt",
  expires_at: null,
  revoked_at: null,
  last_used_at: null,
  created_at: "2026-03-01T09:00:00Z",
} as const;

function present(row: ApiKeyRow): z.infer<typeof keyWire> {
  return {
    id: publicId("api_key", row.id),
    name: row.name,
    role: row.role,
    last_four: row.last_four,
    expires_at: nullableTimestamp(row.expires_at),
    revoked_at: nullableTimestamp(row.revoked_at),
    last_used_at: nullableTimestamp(row.last_used_at),
    created_at: timestampToWire(row.created_at),
  };
}

const create = defineRoute({
  method: "post",
  path: "/v1/api_keys",
  tag,
  summary: "Create an API key",
  description: "The key is shown in this answer and never again.",
  access: "admin",
  body: z.strictObject({ name: text(200), role: z.enum(roles), expires_at: timestamp.optional() }),
  response: { status: 201, schema: newKeyWire },
  errors: [],
  storedBody: (body) => ({ ...body, key: null }),
  example: { body: { name: example.name, role: "ingest" }, response: { ...example, key: "bw_test_..." } },
  transaction: async (tx, { body }) => {
    const expiresAt = body.expires_at === undefined ? undefined : parseTimestamp(body.expires_at);
    const made = await createApiKey(tx, { name: body.name, role: body.role, ...defined({ expiresAt }) });
    return { body: { ...present(made.row), key: made.secret } };
  },
});

const list = defineRoute({
  method: "get",
  path: "/v1/api_keys",
  tag,
  summary: "List API keys",
  access: "admin",
  query: z.strictObject(pageFields),
  response: { status: 200, schema: listOf(keyWire) },
  errors: [],
  example: { response: { data: [example], has_more: false, next_cursor: null } },
  transaction: async (tx, { query }) =>
    listAnswer("api_key", await listApiKeys(tx, pageQuery("api_key", query, {})), present),
});

const revoke = defineRoute({
  method: "delete",
  path: "/v1/api_keys/{id}",
  tag,
  summary: "Revoke an API key",
  description: "At once and for good.",
  access: "admin",
  params: z.strictObject({ id: z.string().max(64) }),
  response: { status: 200, schema: keyWire },
  errors: ["api_key_not_found"],
  example: { params: { id: example.id }, response: { ...example, revoked_at: "2026-03-02T09:00:00Z" } },
  transaction: async (tx, { params }) => {
    const keyId = parsePublicId("api_key", params.id);
    if (keyId === null) throw domainError("api_key_not_found");
    return { body: present(await revokeApiKey(tx, { keyId })) };
  },
});

const rotatedWire = newKeyWire
  .extend({ replaced: keyWire.describe("The old key, and when it ends") })
  .meta({ id: "RotatedApiKey" });

const rotate = defineRoute({
  method: "post",
  path: "/v1/api_keys/{id}/rotate",
  tag,
  summary: "Replace an API key, with an overlap",
  description:
    "Makes a key with the same name and role, shown in this answer and never again. The old one ends after `overlap`, or at its own end when that comes first. A key is rotated once: then its successor is.",
  access: "admin",
  params: z.strictObject({ id: z.string().max(64) }),
  body: z.strictObject({
    overlap: text(40)
      .default("PT24H")
      .describe("How long the old key still works: an ISO 8601 duration from PT0S (at once) to P30D"),
  }),
  response: { status: 201, schema: rotatedWire },
  errors: ["api_key_not_found", "api_key_ended", "api_key_rotated"],
  storedBody: (body) => ({ ...body, key: null }),
  example: {
    params: { id: example.id },
    body: { overlap: "PT24H" },
    response: {
      ...{ ...example, id: "key_01jq9a7m2d5xr4n8p1s3v6z9b0", last_four: "w8Kd", key: "bw_test_..." },
      replaced: { ...example, expires_at: "2026-03-02T09:00:00Z" },
    },
  },
  transaction: async (tx, { params, body }) => {
    const keyId = parsePublicId("api_key", params.id);
    if (keyId === null) throw domainError("api_key_not_found");
    const { row, secret, replaced } = await rotateApiKey(tx, { keyId, overlap: body.overlap });
    return { body: { ...present(row), key: secret, replaced: present(replaced) } };
  },
});

export const apiKeyRoutes: readonly Route[] = [create, list, rotate, revoke];
