import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import PostalMime from "postal-mime";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { createMailer } from "./create-mailer.ts";
import type { OutgoingMail } from "./mailer.ts";

const mail: OutgoingMail = {
  messageId: "invoice.sent.inv_1@billwright.test",
  to: "ap@globex.example",
  subject: "Invoice INV-1 from Zażółć 🚀",
  html: "<p>Hello</p>",
  text: "Hello",
  attachments: [
    { filename: "INV-1.pdf", contentType: "application/pdf", bytes: new Uint8Array([37, 80, 68, 70]) },
  ],
  headers: { "X-Billwright-Invoice": "inv_1" },
};

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

function mailerAt(port: number, login: { readonly username?: string; readonly password?: string } = {}) {
  const from = "Acme <billing@acme.example>";
  return createMailer({
    kind: "smtp",
    host: "127.0.0.1",
    port,
    tls: false,
    from,
    timeoutMs: 3_000,
    ...login,
  });
}

/** A real SMTP server that keeps what it was sent. */
async function smtpServer(options: SMTPServerOptions = {}) {
  const received: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    onData: (stream, _session, callback) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        received.push(Buffer.concat(chunks).toString("utf8"));
        callback(null, "Message queued as 42");
      });
    },
    ...options,
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  cleanups.push(() => new Promise((resolve) => server.close(() => resolve())));
  return { port: (server.server.address() as AddressInfo).port, received };
}

/** A line-by-line server that does what its script says for each command, to cut at an exact place. */
async function scriptedServer(answer: (command: string, socket: Socket) => string | null) {
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => open.delete(socket));
    socket.write("220 script\r\n");
    let inData = false;
    let pending = "";
    socket.on("data", (chunk) => {
      pending += chunk.toString("latin1");
      for (;;) {
        const end = inData ? pending.indexOf("\r\n.\r\n") : pending.indexOf("\r\n");
        if (end < 0) return;
        const command = inData ? "." : pending.slice(0, end);
        pending = pending.slice(end + (inData ? 5 : 2));
        const reply = answer(command, socket);
        inData = command === "DATA" && reply?.startsWith("354") === true;
        if (reply === null) {
          socket.destroy();
          return;
        }
        socket.write(`${reply}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

const politeAnswer = (command: string) => (command === "DATA" ? "354 go on" : "250 ok");

describe("sending by SMTP", () => {
  test("hands over both bodies, the attachment and the given Message-ID", async () => {
    const { port, received } = await smtpServer();
    const result = await mailerAt(port).send(mail);
    expect(result).toEqual({ outcome: "accepted", providerId: expect.stringContaining("queued as 42") });
    const parsed = await PostalMime.parse(received[0] ?? "");
    expect(parsed).toMatchObject({
      messageId: "<invoice.sent.inv_1@billwright.test>",
      subject: mail.subject,
      from: { name: "Acme", address: "billing@acme.example" },
      to: [{ address: "ap@globex.example" }],
    });
    expect(parsed.text?.trim()).toBe("Hello");
    expect(parsed.html?.trim()).toBe("<p>Hello</p>");
    expect(parsed.attachments[0]).toMatchObject({ filename: "INV-1.pdf", mimeType: "application/pdf" });
    expect(new Uint8Array(parsed.attachments[0]?.content as ArrayBuffer)).toEqual(mail.attachments[0]?.bytes);
    expect(received[0]).toContain("X-Billwright-Invoice: inv_1");
  });

  test("uses the mail's own sender when it names one", async () => {
    const { port, received } = await smtpServer();
    await mailerAt(port).send({ ...mail, from: `"Zażółć, Inc." <pay@other.example>` });
    const parsed = await PostalMime.parse(received[0] ?? "");
    expect(parsed.from).toMatchObject({ name: "Zażółć, Inc.", address: "pay@other.example" });
  });

  test("cannot be made to add a header by line breaks in subject, sender, file name or header", async () => {
    const { port, received } = await smtpServer();
    await mailerAt(port).send({
      ...mail,
      subject: "Hi\r\nBcc: thief@evil.example",
      from: "Acme\r\nX-One: 1 <billing@acme.example>",
      headers: { "X-Note": "a\r\nX-Two: 2" },
      attachments: [
        { filename: "a\r\nX-Three: 3.pdf", contentType: "application/pdf", bytes: new Uint8Array([1]) },
      ],
    });
    const { headers } = await PostalMime.parse(received[0] ?? "");
    const names = headers.map((header) => header.key);
    expect(names.filter((name) => /^(bcc|x-one|x-two|x-three)$/.test(name))).toEqual([]);
    for (const to of [
      "a@b.example\r\nRCPT TO:<c@d.example>",
      "a@b.example, c@d.example",
      "nobody",
      "<a@b>c",
    ]) {
      await expect(mailerAt(port).send({ ...mail, to })).rejects.toMatchObject({ code: "mail_rejected" });
    }
    await expect(mailerAt(port).send({ ...mail, messageId: "x>\r\nBcc: t@e.example" })).rejects.toMatchObject(
      { code: "mail_rejected" },
    );
    await expect(mailerAt(port).send({ ...mail, headers: { Bcc: "t@e.example" } })).rejects.toMatchObject({
      code: "mail_rejected",
    });
    expect(received).toHaveLength(1);
  });

  test("says rejected when the server refuses the recipient or the message for good", async () => {
    const noRecipient = await smtpServer({
      onRcptTo: (_address, _session, callback) =>
        callback(Object.assign(new Error("no such user"), { responseCode: 550 })),
    });
    await expect(mailerAt(noRecipient.port).send(mail)).rejects.toMatchObject({
      code: "mail_rejected",
      message: expect.stringContaining("no such user"),
    });
    const spam = await scriptedServer((command) => (command === "." ? "554 spam" : politeAnswer(command)));
    await expect(mailerAt(spam).send(mail)).rejects.toMatchObject({ code: "mail_rejected" });
  });

  test("says unavailable when the mail was surely not taken and may be tried again", async () => {
    const greylisting = await scriptedServer((command) =>
      command.startsWith("RCPT") ? "451 later" : politeAnswer(command),
    );
    const tooBusy = await scriptedServer((command) => (command === "." ? "452 full" : politeAnswer(command)));
    const cutEarly = await scriptedServer((command) =>
      command.startsWith("RCPT") ? null : politeAnswer(command),
    );
    const closed = await scriptedServer(politeAnswer);
    await cleanups.pop()?.();
    for (const port of [greylisting, tooBusy, cutEarly, closed]) {
      await expect(mailerAt(port).send(mail)).rejects.toMatchObject({
        code: "mail_unavailable",
        kind: "unavailable",
      });
    }
  });

  test("says unknown when the connection is lost after the message was handed over", async () => {
    const port = await scriptedServer((command) => (command === "." ? null : politeAnswer(command)));
    expect(await mailerAt(port).send(mail)).toEqual({
      outcome: "unknown",
      reason: expect.stringContaining("after DATA"),
    });
  });

  test("says unknown when no answer comes after the message in time", async () => {
    const port = await scriptedServer((command) => (command === "." ? "" : politeAnswer(command)));
    const from = "billing@acme.example";
    const mailer = createMailer({ kind: "smtp", host: "127.0.0.1", port, tls: false, from, timeoutMs: 300 });
    expect(await mailer.send(mail)).toMatchObject({ outcome: "unknown" });
  });

  test("logs in when it has credentials, and verifies without sending", async () => {
    const { port, received } = await smtpServer({
      authOptional: false,
      onAuth: ({ username, password }, _session, callback) =>
        username === "u" && password === "p" ? callback(null, { user: "u" }) : callback(new Error("wrong")),
    });
    await expect(mailerAt(port, { username: "u", password: "p" }).verify()).resolves.toBeUndefined();
    await expect(mailerAt(port, { username: "u", password: "x" }).verify()).rejects.toMatchObject({
      code: "mail_unavailable",
    });
    await expect(mailerAt(port, { username: "u", password: "p" }).send(mail)).resolves.toMatchObject({
      outcome: "accepted",
    });
    expect(received).toHaveLength(1);
  });

  test("refuses to go on unencrypted when TLS is asked for", async () => {
    const { port, received } = await smtpServer();
    const mailer = createMailer({ kind: "smtp", host: "127.0.0.1", port, tls: true, from: "a@b.example" });
    await expect(mailer.send(mail)).rejects.toMatchObject({ code: "mail_unavailable" });
    expect(received).toEqual([]);
  });
});
