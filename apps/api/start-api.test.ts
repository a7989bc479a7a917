import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { readConfig } from "#libs/platform/config.ts";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { startApi } from "./start-api.ts";

describe("the API's process", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld();
  });
  afterAll(() => world.close());

  const bootstrap = `bw_test_${"a1".repeat(20)}`;
  const configOf = (port: number) =>
    readConfig({ DATABASE_URL: world.test.url, PORT: String(port), BOOTSTRAP_API_KEY: bootstrap });

  it("makes the bootstrap key, and ends requests in hand before it stops", async () => {
    const api = await startApi(configOf(0), world, "127.0.0.1");
    const sending = request({
      port: api.port,
      host: "127.0.0.1",
      method: "POST",
      path: "/v1/customers",
      headers: { authorization: `Bearer ${bootstrap}`, "content-type": "application/json" },
    });
    const answered = once(sending, "response") as Promise<[IncomingMessage]>;
    await new Promise<void>((flushed) => {
      sending.write('{"name":', () => flushed());
    });
    // The server has read the head of the request once it answers another one.
    const live = await fetch(`http://127.0.0.1:${api.port}/health/live`, {
      headers: { connection: "close" },
    });
    expect(live.status).toBe(200);
    const closing = api.close(5_000);
    sending.end('"In hand"}');
    const [response] = await answered;
    expect(response.statusCode).toBe(201);
    response.resume();
    sending.destroy();
    await closing;
    await expect(fetch(`http://127.0.0.1:${api.port}/health/live`)).rejects.toThrow();
  });

  it("cuts what does not end within the bound", async () => {
    const api = await startApi(configOf(0), world, "127.0.0.1");
    const hanging = request({
      ...{ port: api.port, host: "127.0.0.1", method: "POST", path: "/v1/customers" },
      headers: { authorization: `Bearer ${bootstrap}`, "content-type": "application/json" },
    });
    const cut = new Promise<Error>((resolve) => hanging.once("error", resolve));
    await new Promise<void>((flushed) => {
      hanging.write("{", () => flushed());
    });
    await fetch(`http://127.0.0.1:${api.port}/health/live`, { headers: { connection: "close" } });
    await api.close(50);
    await expect(cut).resolves.toMatchObject({ code: "ECONNRESET" });
  });

  it.each([
    ["the head", ""],
    ["the body", "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"],
  ])("cuts off who never ends %s of a request, and serves the others meanwhile", async (_part, more) => {
    const limits = { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 50 };
    const api = await startApi(configOf(0), world, "127.0.0.1", limits);
    const slow = connect(api.port, "127.0.0.1");
    slow.setEncoding("utf8");
    const said: string[] = [];
    slow.on("data", (text: string) => said.push(text));
    slow.write(
      `POST /v1/customers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${bootstrap}\r\nX-Slow: 1\r\n${more}`,
    );
    const live = await fetch(`http://127.0.0.1:${api.port}/health/live`, {
      headers: { connection: "close" },
    });
    expect(live.status).toBe(200);
    await once(slow, "close");
    expect(said.join("")).toMatch(/^HTTP\/1\.1 408 /);
    await api.close(100);
  });

  it("says which port is taken", async () => {
    const api = await startApi(configOf(0), world, "127.0.0.1");
    await expect(startApi(configOf(api.port), world, "127.0.0.1")).rejects.toThrow(
      `PORT (port of the API): given ${api.port}, which is taken`,
    );
    await api.close(100);
  });
});
