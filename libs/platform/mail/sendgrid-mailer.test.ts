import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createMailer } from "./create-mailer.ts";
import type { OutgoingMail } from "./mailer.ts";

const mail: OutgoingMail = {
  messageId: "invoice.sent.inv_1@billwright.test",
  to: "ap@globex.example",
  subject: "Invoice\r\nBcc: thief@evil.example",
  html: "<p>Hello</p>",
  text: "Hello",
  attachments: [
    { filename: "INV-1.pdf", contentType: "application/pdf", bytes: new Uint8Array([37, 80, 68, 70]) },
  ],
};

type Call = { readonly url: string; readonly authorization: string; readonly body: unknown };

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function standIn(answer: (response: ServerResponse, request: IncomingMessage) => void) {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      const { url = "", headers } = request;
      calls.push({
        url,
        authorization: headers.authorization ?? "",
        body: text === "" ? null : JSON.parse(text),
      });
      answer(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  cleanups.push(close);
  return { apiBase: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls, close };
}

const status = (code: number) => (response: ServerResponse) => {
  response.writeHead(code, { "content-type": "application/json", "x-message-id": "sg-1" });
  response.end(code === 202 ? "" : JSON.stringify({ errors: [{ message: "because" }] }));
};

function mailerAt(apiBase: string, apiKey = "SG.one") {
  return createMailer({
    kind: "sendgrid",
    apiKey,
    apiBase,
    from: "Acme <billing@acme.example>",
    timeoutMs: 2_000,
  });
}

describe("sending by SendGrid", () => {
  test("hands over the mail with its own Message-ID and without tracking of links", async () => {
    const { apiBase, calls } = await standIn(status(202));
    expect(await mailerAt(apiBase).send(mail)).toEqual({ outcome: "accepted", providerId: "sg-1" });
    expect(calls[0]).toMatchObject({
      url: "/v3/mail/send",
      authorization: "Bearer SG.one",
      body: {
        from: { email: "billing@acme.example", name: "Acme" },
        subject: "Invoice Bcc: thief@evil.example",
        personalizations: [{ to: [{ email: "ap@globex.example" }] }],
        headers: { "Message-ID": "<invoice.sent.inv_1@billwright.test>" },
        attachments: [{ content: "JVBERg==", filename: "INV-1.pdf", type: "application/pdf" }],
        tracking_settings: { click_tracking: { enable: false } },
      },
    });
  });

  test("keeps two accounts in one process apart", async () => {
    const [one, two] = [await standIn(status(202)), await standIn(status(202))];
    const [first, second] = [mailerAt(one.apiBase, "SG.one"), mailerAt(two.apiBase, "SG.two")];
    await Promise.all([first.send(mail), second.send(mail), first.send(mail)]);
    expect(one.calls.map((call) => call.authorization)).toEqual(["Bearer SG.one", "Bearer SG.one"]);
    expect(two.calls.map((call) => call.authorization)).toEqual(["Bearer SG.two"]);
  });

  test.each([
    [400, "mail_rejected"],
    [413, "mail_rejected"],
    [401, "mail_unavailable"],
    [403, "mail_unavailable"],
    [429, "mail_unavailable"],
    [503, "mail_unavailable"],
  ])("answers %i with %s", async (code, expected) => {
    const { apiBase } = await standIn(status(code));
    await expect(mailerAt(apiBase).send(mail)).rejects.toMatchObject({ code: expected });
  });

  test("says unknown when the mail may have been taken: 500, a cut, no answer in time", async () => {
    const broken = await standIn(status(500));
    const cutting = await standIn((_response, request) => request.socket.destroy());
    const silent = await standIn(() => undefined);
    for (const { apiBase } of [broken, cutting, silent]) {
      expect(await mailerAt(apiBase).send(mail)).toMatchObject({ outcome: "unknown" });
    }
  });

  test("says unavailable when nobody listens", async () => {
    const { apiBase, close } = await standIn(status(202));
    await close();
    await expect(mailerAt(apiBase).send(mail)).rejects.toMatchObject({ code: "mail_unavailable" });
  });

  test("verifies the key without sending", async () => {
    const good = await standIn(status(200));
    await expect(mailerAt(good.apiBase).verify()).resolves.toBeUndefined();
    expect(good.calls.map((call) => call.url)).toEqual(["/v3/scopes"]);
    const bad = await standIn(status(401));
    await expect(mailerAt(bad.apiBase).verify()).rejects.toMatchObject({ code: "mail_unavailable" });
  });
});
