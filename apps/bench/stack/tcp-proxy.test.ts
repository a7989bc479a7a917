import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";
import { until } from "./until.ts";

/** A server that answers each piece with itself, and the words it was given. */
async function startEcho(): Promise<{ server: Server; port: number; heard: string[] }> {
  const heard: string[] = [];
  const server = createServer((socket) => {
    socket.on("data", (piece) => {
      heard.push(piece.toString());
      socket.write(piece);
    });
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return { server, port: typeof address === "object" && address !== null ? address.port : 0, heard };
}

describe("startTcpProxy", () => {
  let echo: Awaited<ReturnType<typeof startEcho>>;
  let proxy: TcpProxy;
  const clients: Socket[] = [];
  beforeEach(async () => {
    echo = await startEcho();
    proxy = await startTcpProxy(echo.port);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await proxy.close();
    echo.server.close();
  });

  const open = async (): Promise<Socket> => {
    const client = connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true });
    clients.push(client);
    await once(client, "connect");
    return client;
  };
  const say = async (client: Socket, text: string): Promise<string> => {
    client.write(text);
    const [piece] = (await once(client, "data")) as [Buffer];
    return piece.toString();
  };
  const codeOf = async (client: Socket): Promise<unknown> => {
    const [error] = (await once(client, "error")) as [NodeJS.ErrnoException];
    return error.code;
  };

  it("carries both directions, and hits nothing when it is told nothing", async () => {
    const client = await open();
    expect(await say(client, "hello")).toBe("hello");
    expect(proxy.hits()).toBe(0);
  });

  it("resets before the server has heard the words", async () => {
    const client = await open();
    await say(client, "begin");
    proxy.set({ kind: "reset-at", text: "COMMIT", side: "before", oneIn: 1, times: 1 });
    const failed = codeOf(client);
    client.write("COMMIT");
    expect(await failed).toBe("ECONNRESET");
    expect(echo.heard).toEqual(["begin"]);
    expect(proxy.hits()).toBe(1);
    expect(await say(await open(), "COMMIT")).toBe("COMMIT");
  });

  it("resets after the server has done it, so that only its answer is lost", async () => {
    const client = await open();
    await say(client, "begin");
    proxy.set({ kind: "reset-at", text: "COMMIT", side: "after", oneIn: 1, times: 1 });
    const failed = codeOf(client);
    client.write("COMMIT");
    expect(await failed).toBe("ECONNRESET");
    expect(echo.heard).toEqual(["begin", "COMMIT"]);
  });

  it("lets pass what is not the one in so many", async () => {
    proxy.set({ kind: "reset-at", text: "COMMIT", side: "before", oneIn: 3, times: 1 });
    const client = await open();
    expect(await say(client, "COMMIT")).toBe("COMMIT");
    expect(await say(client, "COMMIT")).toBe("COMMIT");
    const failed = codeOf(client);
    client.write("COMMIT");
    expect(await failed).toBe("ECONNRESET");
  });

  it("resets after so many bytes", async () => {
    proxy.set({ kind: "reset-after", bytes: 8 });
    const client = await open();
    expect(await say(client, "1234")).toBe("1234");
    const failed = codeOf(client);
    client.write("5678");
    expect(await failed).toBe("ECONNRESET");
    expect(echo.heard).toEqual(["1234"]);
  });

  it("swallows and closes nothing, and what lost a byte stays dead when all is healed", async () => {
    const [lost, idle] = [await open(), await open()];
    await say(lost, "1");
    await say(idle, "1");
    proxy.set({ kind: "black-hole" });
    lost.write("2");
    await until(() => proxy.hits() > 0 || null, 5_000);
    proxy.heal();
    lost.write("3");
    expect(await say(idle, "4")).toBe("4");
    expect(echo.heard).toEqual(["1", "1", "4"]);
    expect(lost.destroyed).toBe(false);
  });

  it("cuts every connection, or ends one direction of it", async () => {
    const [first, second] = [await open(), await open()];
    await say(first, "1");
    await say(second, "1");
    const ended = once(first, "end");
    expect(proxy.halfClose()).toBe(2);
    await ended;
    first.write("still heard");
    expect(await until(() => echo.heard.includes("still heard") || null, 5_000)).toBe(true);
    const third = await open();
    await say(third, "2");
    const failed = codeOf(third);
    expect(proxy.cut()).toBeGreaterThanOrEqual(1);
    expect(await failed).toBe("ECONNRESET");
    expect(proxy.connections()).toBe(0);
  });

  it("leads new connections elsewhere until it is healed", async () => {
    const other = await startEcho();
    proxy.aim(other.port);
    await say(await open(), "there");
    proxy.heal();
    await say(await open(), "here");
    expect([other.heard, echo.heard]).toEqual([["there"], ["here"]]);
    other.server.close();
  });

  it("comes late when it is slow", async () => {
    proxy.set({ kind: "latency", ms: 5 });
    expect(await say(await open(), "slow")).toBe("slow");
    expect(proxy.hits()).toBe(2);
  });
});
