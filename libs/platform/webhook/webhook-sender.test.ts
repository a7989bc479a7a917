import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { isPublicAddress, publicLookup } from "./public-address.ts";
import { createWebhookSender } from "./webhook-sender.ts";

const message = { headers: {}, body: "{}" };

describe("isPublicAddress", () => {
  it.each([
    ...["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"],
    ...["192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1"],
    ...["::1", "::", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1"],
    ...["64:ff9b::7f00:1", "2002:7f00:1::", "2001::1", "example.com", ""],
  ])("refuses %s", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])("takes %s", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe("the lookup for public addresses", () => {
  const lookUp = (name: string) =>
    new Promise<unknown>((resolve) => {
      publicLookup(name, {}, (error, address) => resolve(error ?? address));
    });

  it("fails for a name that leads to this machine, at the moment of connecting", async () => {
    expect(await lookUp("localhost")).toMatchObject({ code: "EPRIVATE" });
  });
});

describe("the webhook sender", () => {
  const open = createWebhookSender("any");
  const guarded = createWebhookSender("public");

  it.each([
    "http://127.0.0.1/x",
    "http://[::1]/x",
    "http://[::ffff:10.0.0.1]/x",
    "http://2130706433/x",
    "http://0x7f.1/x",
    "http://169.254.169.254/latest/meta-data",
    "http://localhost/x",
    "http://printer.local/x",
    "http://redis:6379/x",
  ])("refuses %s before it connects", async (url) => {
    expect(guarded.complaint(url)).toMatch(/public internet|port 80 or 443/);
    expect(await guarded.post(url, message)).toMatchObject({
      status: null,
      error: expect.stringMatching("must"),
    });
  });

  it.each([
    ["ftp://example.com", "begin with https://"],
    ["not a url", "be a URL, such as https://example.com/webhooks"],
    ["https://user:pass@example.com/x", "hold no user name and password"],
    ["https://example.com:8443/x", "use port 80 or 443"],
  ])("says what is wrong with %s", (url, complaint) => {
    expect(guarded.complaint(url)).toBe(complaint);
  });

  it("takes a plain https URL", () => {
    expect(guarded.complaint("https://example.com/webhooks?x=1")).toBeNull();
  });

  it("does not connect to a name that means this machine only when it is resolved", async () => {
    let connections = 0;
    const server = createServer((_request, response) => response.end());
    server.on("connection", () => {
      connections += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const url = `http://localhost:${port}/x`;
    expect((await open.post(url, message)).status).toBe(200);
    expect(connections).toBe(1);
    const { get } = await import("node:http");
    const refused = await new Promise<NodeJS.ErrnoException>((resolve) => {
      get(url, { lookup: publicLookup, agent: false }).on("error", resolve);
    });
    expect([refused.code, connections]).toEqual(["EPRIVATE", 1]);
    server.close();
  });

  it("asks at the moment of connecting where a name leads", async () => {
    const asked: string[] = [];
    const sender = createWebhookSender("public", (hostname, _options, callback) => {
      asked.push(hostname);
      callback(new Error(`${hostname} has a private address`), "", 4);
    });
    expect(sender.complaint("http://receiver.example/x")).toBeNull();
    expect(await sender.post("http://receiver.example/x", message)).toMatchObject({
      status: null,
      error: "receiver.example has a private address",
    });
    expect(asked).toEqual(["receiver.example"]);
  });

  it("follows no redirect, reads no more than 64 KB and keeps the beginning", async () => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked += 1;
      response.writeHead(302, { Location: "/again" });
      response.write("x\0".repeat(100_000));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const answer = await open.post(`http://127.0.0.1:${port}/`, message);
    expect([answer.status, answer.error, asked]).toEqual([302, null, 1]);
    expect(answer.answer).toMatch(/^x{1000}$/);
    server.closeAllConnections();
    server.close();
  });

  it("says why nobody answered", async () => {
    expect(await open.post("http://127.0.0.1:9/", message)).toMatchObject({
      status: null,
      error: expect.stringMatching("ECONNREFUSED"),
    });
  });
});
