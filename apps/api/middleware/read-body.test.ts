import type { Request } from "express";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import { listenOnLoopback } from "#libs/testkit/listen-on-loopback.ts";
import { readBody } from "./read-body.ts";

describe("readBody", () => {
  let server: Awaited<ReturnType<typeof listenOnLoopback>>;
  let onRequest = (_: IncomingMessage) => {};
  beforeAll(async () => {
    server = await listenOnLoopback((message) => onRequest(message));
  });
  afterAll(() => server.close());

  it.each(["identity", "gzip"])(
    "refuses a body (%s) whose sender went away before anybody asked for it",
    async (encoding) => {
      const arrived = new Promise<IncomingMessage>((resolve) => {
        onRequest = resolve;
      });
      const sender = connect(Number(new URL(server.url).port), "127.0.0.1");
      sender.write(
        `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-encoding: ${encoding}\r\ncontent-length: 100\r\n\r\n{`,
      );
      const message = await arrived;
      const closed = new Promise((resolve) => message.once("error", () => {}).once("close", resolve));
      sender.destroy();
      await closed;
      const request = Object.assign(message, { get: (name: string) => message.headers[name] });
      await expect(
        readBody(request as unknown as Request, 1_000, ["application/json"]),
      ).rejects.toMatchObject({
        code: "body_malformed",
        message: "The connection ended before the body.",
      });
    },
  );
});
