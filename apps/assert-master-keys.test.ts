import { createWebhookEndpoint } from "#libs/billing/webhook/webhook-endpoint.ts";
import { ConfigError } from "#libs/platform/config.ts";
import { createLogger } from "#libs/platform/logger.ts";
import { createSecretBox } from "#libs/platform/secret-box.ts";
import { createWebhookSender } from "#libs/platform/webhook/webhook-sender.ts";
import { makeTenant } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { assertMasterKeys } from "./assert-master-keys.ts";

const [oldKey, newKey] = ["1a".repeat(32), "2b".repeat(32)];
const logger = createLogger({ level: "error", format: "json", process: "test", silent: true });

describe("a process that starts", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  const start = (...keys: string[]) => {
    const [first, ...rest] = keys;
    const secrets = first === undefined ? null : createSecretBox([first, ...rest]);
    return assertMasterKeys({ database: test.database, secrets, logger });
  };

  it("needs every key that secrets are sealed with, and says which it lacks and what to do", async () => {
    await start(newKey);
    const tenant = await makeTenant(test);
    const secrets = createSecretBox([oldKey]);
    await tenant.inTenant((tx) =>
      createWebhookEndpoint(
        tx,
        { secrets, webhooks: createWebhookSender("any") },
        { url: "https://example.com/hook", description: null, eventTypes: [] },
      ),
    );
    await start(newKey, oldKey);
    await start(oldKey);
    await start();
    const refused = await start(newKey).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ConfigError);
    const { message } = refused as ConfigError;
    expect(message).toMatch(
      /^MASTER_KEY \(encrypts tenants' secrets\): given 1 key \([0-9a-f]{8}\), but 1 secret is sealed/,
    );
    expect(message).toContain(`key ${secrets.keyIds[0]}`);
    expect(message).toContain("billwright secrets reseal");
    expect(message).not.toContain(newKey.slice(0, 16));
  });
});
