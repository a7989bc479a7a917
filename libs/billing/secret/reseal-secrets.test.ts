import { withSystem } from "#libs/data/database.ts";
import { countSealedByKey } from "#libs/data/sealed-secrets.ts";
import { createSecretBox, type SecretBox } from "#libs/platform/secret-box.ts";
import { createWebhookSender } from "#libs/platform/webhook/webhook-sender.ts";
import { makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { connectStripeAccount, stripeAccountSecret } from "../payment/stripe-account.ts";
import { createWebhookEndpoint, endpointSecretOwner } from "../webhook/webhook-endpoint.ts";
import { resealSecrets } from "./reseal-secrets.ts";

const [oldKey, newKey] = ["1a".repeat(32), "2b".repeat(32)];
const [oldBox, newBox, bothBoxes] = [
  createSecretBox([oldKey]),
  createSecretBox([newKey]),
  createSecretBox([newKey, oldKey]),
];
const webhooks = createWebhookSender("any");

describe("secrets that are sealed again", () => {
  let test: TestDatabase;
  let tenant: TestTenant;
  beforeEach(async () => {
    test = await openTestDatabase();
    tenant = await makeTenant(test);
  });
  afterEach(() => test.close());

  const makeEndpoint = (secrets: SecretBox) =>
    tenant.inTenant((tx) =>
      createWebhookEndpoint(
        tx,
        { secrets, webhooks },
        { url: "https://example.com/hook", description: null, eventTypes: [] },
      ),
    );
  const reseal = (box: SecretBox) => tenant.inTenant((tx) => resealSecrets(tx, box));
  const sealedBy = () => withSystem(test.database, countSealedByKey);
  const stored = async (id: string) => {
    const { rows } = await test.owner.query("select secret, version from webhook_endpoint where id = $1", [
      id,
    ]);
    return rows[0] as { secret: Buffer; version: number };
  };

  it("are opened with the old key and sealed with the new one, so that the old one can go", async () => {
    const endpoint = await makeEndpoint(oldBox);
    await connectStripeAccount(
      { database: test.database, box: oldBox, apiBase: null },
      { tenantId: tenant.tenantId, actor: "test", accountId: "acct_1", webhookSecret: "whsec_own" },
    );
    const newer = await makeEndpoint(newBox);
    const kept = (await stored(newer.row.id)).secret;
    expect(await sealedBy()).toEqual(
      [
        { key_id: oldBox.keyIds[0], secrets: 2 },
        { key_id: newBox.keyIds[0], secrets: 1 },
      ].sort((a, b) => ((a.key_id ?? "") < (b.key_id ?? "") ? -1 : 1)),
    );
    expect(await reseal(bothBoxes)).toEqual({ resealed: 2, current: 1, unreadable: [] });
    expect(await sealedBy()).toEqual([{ key_id: newBox.keyIds[0], secrets: 3 }]);
    const { secret, version } = await stored(endpoint.row.id);
    expect(newBox.open(secret, endpointSecretOwner(tenant.tenantId, endpoint.row.id))).toBe(endpoint.secret);
    expect(version).toBe(endpoint.row.version);
    expect((await stored(newer.row.id)).secret).toEqual(kept);
    expect(await stripeAccountSecret(test.database, newBox, "acct_1")).toBe("whsec_own");
    expect(await reseal(bothBoxes)).toEqual({ resealed: 0, current: 3, unreadable: [] });
    const { rows } = await test.owner.query("select after from audit_log where action = 'secrets.reseal'");
    expect(rows).toEqual([{ after: { resealed: 2, keyId: newBox.keyIds[0] } }]);
  });

  it("stay as they are when no key opens them, and are named", async () => {
    const endpoint = await makeEndpoint(oldBox);
    const before = await stored(endpoint.row.id);
    expect(await reseal(newBox)).toEqual({
      ...{ resealed: 0, current: 0 },
      unreadable: [{ kind: "webhook_endpoint", id: endpoint.row.id, keyId: oldBox.keyIds[0] }],
    });
    expect(await stored(endpoint.row.id)).toEqual(before);
  });
});
