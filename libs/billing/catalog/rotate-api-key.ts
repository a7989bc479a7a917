import { Temporal } from "temporal-polyfill";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import { defined } from "#libs/core/defined.ts";
import { domainError } from "#libs/core/errors.ts";
import { publicId } from "#libs/core/public-id.ts";
import { type ApiKeyRow, endApiKeyAfter, findApiKey, setApiKeySuccessor } from "#libs/data/api-keys.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { type TenantTx, toInstant } from "#libs/data/database.ts";
import { createApiKey } from "./create-api-key.ts";

const longestOverlapMs = 30 * 86_400_000;

/**
 * Makes a key with the name and role of another one, which ends after `overlap`, or when it would have ended anyway. A key that
 * was to expire gets a successor with as long a life from now on. What has ended cannot be rotated, and what was rotated cannot be
 * again: its life was cut to the overlap, and two successors would each take its place.
 * @param input.overlap ISO 8601 duration in days or shorter units, PT0S (ends at once) to P30D
 * @throws DomainError api_key_not_found, api_key_ended, api_key_rotated, fields_invalid
 */
export async function rotateApiKey(
  tx: TenantTx,
  input: { readonly keyId: string; readonly overlap: string },
): Promise<{ readonly row: ApiKeyRow; readonly secret: string; readonly replaced: ApiKeyRow }> {
  const overlapMs = durationMs(input.overlap);
  if (overlapMs === null || overlapMs < 0 || overlapMs > longestOverlapMs) {
    const message = `must be an ISO 8601 duration in days or shorter units from PT0S to P30D, such as "PT24H"; got ${JSON.stringify(input.overlap)}`;
    assertNoPlaces([{ path: "overlap", code: "value_invalid", message }]);
  }
  const before = await findApiKey(tx, input.keyId);
  if (before === null) throw domainError("api_key_not_found", "there is no such API key");
  const ended = await endApiKeyAfter(tx, before.id, overlapMs ?? 0);
  if (ended === null)
    throw domainError("api_key_ended", "this API key was revoked or has expired: create a new one");
  if (before.replaced_by !== null)
    throw domainError(
      "api_key_rotated",
      `this API key was rotated already, ${publicId("api_key", before.replaced_by)} took its place: rotate that one`,
    );
  const expiresAt = ended.successor_expires_at;
  const made = await createApiKey(tx, {
    ...{ name: before.name, role: before.role },
    ...defined({ expiresAt: expiresAt === null ? undefined : toInstant(expiresAt) }),
  });
  await setApiKeySuccessor(tx, before.id, made.row.id);
  const replaced = await findApiKey(tx, before.id);
  if (replaced === null) throw domainError("internal", `API key ${before.id} vanished while it was rotated`);
  await writeAudit(tx, {
    ...{ action: "api_key.rotate", targetType: "api_key", targetId: before.id, before },
    after: replaced,
  });
  return { ...made, replaced };
}

function durationMs(text: string): number | null {
  try {
    return Math.floor(Temporal.Duration.from(text).total({ unit: "millisecond" }));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
