import supertest from "supertest";
import { createApiKey } from "#libs/billing/catalog/create-api-key.ts";
import { publicId } from "#libs/core/public-id.ts";
import type { ApiKeyRole } from "#libs/data/api-keys.ts";
import { makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { insertIssuedInvoice } from "#libs/testkit/invoice-rows.ts";
import { openPayWorld, type PayWorld } from "#libs/testkit/pay-world.ts";

let world: PayWorld;
let keys: Record<"admin" | "reader" | "stranger", string>;

const keyOf = (tenant: TestTenant, role: ApiKeyRole) =>
  tenant.inTenant(async (tx) => (await createApiKey(tx, { name: role, role })).secret);

beforeAll(async () => {
  world = await openPayWorld();
  keys = {
    admin: await keyOf(world.tenant, "admin"),
    reader: await keyOf(world.tenant, "reader"),
    stranger: await keyOf(await makeTenant(world.test), "admin"),
  };
});
afterAll(() => world.close());

const call = (method: "post" | "delete" | "get", path: string, key = keys.admin) =>
  supertest(world.url)[method](path).set("Authorization", `Bearer ${key}`);

async function issue() {
  const invoice = await insertIssuedInvoice(world.test, world.tenant, { collection: "send_invoice" });
  return `/v1/invoices/${publicId("invoice", invoice.invoiceId)}/payment_links`;
}

describe("/v1/invoices/{id}/payment_links", () => {
  it("answers a link that works, the same each time, and after it was revoked another one", async () => {
    const path = await issue();
    const { body } = await call("post", path).expect(201);
    expect((await call("post", path).expect(201)).body).toEqual(body);
    expect(Date.parse(body.expires_at) - Date.now()).toBeGreaterThan(29.9 * 86_400_000);
    const page = new URL(body.url).pathname;
    await supertest(world.url).get(page).set("Accept", "application/json").expect(200);
    await call("delete", path).expect(204);
    await supertest(world.url).get(page).set("Accept", "application/json").expect(410);
    await call("delete", path).expect(404);
    expect((await call("post", path).expect(201)).body.url).not.toBe(body.url);
  });

  it("answers a repeated key with the first answer, also when the link was revoked since", async () => {
    const path = await issue();
    const first = await call("post", path).set("Idempotency-Key", "once").expect(201);
    await call("delete", path).expect(204);
    const again = await call("post", path).set("Idempotency-Key", "once").expect(201);
    expect(again.headers["idempotency-replayed"]).toBe("true");
    expect(again.body).toEqual(first.body);
  });

  it("is not there for another tenant, and not for readers", async () => {
    const path = await issue();
    await call("post", path, keys.stranger).expect(404);
    await call("delete", path, keys.stranger).expect(404);
    await call("post", path, keys.reader).expect(403);
    const links = await world.test.owner.query("select 1 from payment_link");
    expect(links.rows.length).toBe(3);
  });
});
