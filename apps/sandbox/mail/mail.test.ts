import { createConnection } from "node:net";
import sendgrid from "@sendgrid/mail";
import nodemailer from "nodemailer";
import { startTestSandbox, type TestSandbox } from "../sandbox-fixture.ts";
import type { MailSummary } from "./mailbox.ts";

let test: TestSandbox;

beforeEach(async () => {
  test = await startTestSandbox();
});
afterEach(() => test.end());

const message = {
  from: '"Billing" <billing@example.com>',
  to: "Zażółć <customer@example.net>",
  bcc: "archive@example.com",
  subject: "Invoice INV-1 – 請求書 🎉",
  text: "Please pay.",
  html: '<p>Please pay.</p><script>alert(1)</script><img src="http://127.0.0.1:1/x">',
  messageId: "<inv-1.1@billing.example.com>",
  attachments: [
    { filename: "INV-1 ż.pdf", content: Buffer.from("%PDF-1.7 fake"), contentType: "application/pdf" },
  ],
};

function smtp(options: { auth?: { user: string; pass: string } } = {}) {
  return nodemailer.createTransport({
    host: "127.0.0.1",
    port: test.sandbox().smtpPort,
    secure: false,
    ...options,
  });
}
async function mails(query = ""): Promise<readonly MailSummary[]> {
  return (await test.control<{ messages: MailSummary[] }>("GET", `/mailbox.json${query}`)).messages;
}
const fault = (body: Record<string, unknown>): Promise<unknown> =>
  test.control("POST", "/_sandbox/faults", body);

describe("SMTP", () => {
  it("takes a message with its attachment, keeps it over a restart and journals it", async () => {
    await smtp().sendMail(message);
    await smtp({ auth: { user: "any", pass: "thing" } }).sendMail({
      ...message,
      messageId: "<inv-2@billing.example.com>",
    });
    await test.restart();
    const [, first] = await mails();
    expect(first).toMatchObject({
      via: "smtp",
      from: "billing@example.com",
      to: ["customer@example.net", "archive@example.com"],
      subject: message.subject,
      message_id: message.messageId,
      attachments: [{ filename: "INV-1 ż.pdf", mime_type: "application/pdf", bytes: 13 }],
    });
    const whole = await test.control<{ text: string; attachments: { url: string }[] }>(
      "GET",
      `/mailbox/${first?.id}.json`,
    );
    expect(whole.text.trim()).toBe("Please pay.");
    const attachment = await fetch(`${test.sandbox().stripeUrl}${whole.attachments[0]?.url}`);
    expect(await attachment.text()).toBe("%PDF-1.7 fake");
    expect(attachment.headers.get("content-disposition")).toContain("attachment");
    expect(
      (await test.journal("?service=smtp")).map(({ status, effect, objects }) => [
        status,
        effect,
        objects.length,
      ]),
    ).toEqual([
      [250, true, 1],
      [250, true, 1],
    ]);
  });

  it("shows mail without running or loading what is in it", async () => {
    await smtp().sendMail(message);
    const [mail] = await mails("?to=customer@example.net");
    const { mailboxUrl } = test.sandbox();
    const list = await (await fetch(mailboxUrl)).text();
    expect(list).toContain("請求書 🎉");
    const page = await (await fetch(`${mailboxUrl}/${mail?.id}`)).text();
    expect(page).toContain('<iframe sandbox="allow-popups allow-popups-to-escape-sandbox"');
    expect(page).not.toContain("<script>");
    const body = await fetch(`${mailboxUrl}/${mail?.id}/html`);
    expect(body.headers.get("content-security-policy")).toBe(
      "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    );
    expect((await fetch(`${mailboxUrl}/mail_none`)).status).toBe(404);
    expect((await fetch(`${mailboxUrl}/..%2f..%2fjournal`)).status).toBe(404);
  });

  it("refuses at DATA with the reply of a fault, for one recipient only", async () => {
    await fault({ service: "smtp", action: "status", status: 451, path: "customer@" });
    await expect(smtp().sendMail(message)).rejects.toMatchObject({ responseCode: 451 });
    await smtp().sendMail(message);
    await fault({ service: "smtp", action: "status", status: 550, path: "other@" });
    await smtp().sendMail(message);
    expect(await mails()).toHaveLength(2);
    expect((await test.journal("?service=smtp")).map(({ status, effect }) => [status, effect])).toEqual([
      [451, false],
      [250, true],
      [250, true],
    ]);
  });

  it("cuts the connection before the dot without keeping, or after it with the mail kept", async () => {
    await fault({ service: "smtp", action: "cut" });
    await expect(smtp().sendMail(message)).rejects.toThrow();
    expect(await mails()).toEqual([]);
    await fault({ service: "smtp", action: "after-commit" });
    await expect(smtp().sendMail(message)).rejects.toThrow();
    expect(await mails()).toHaveLength(1);
    expect((await test.journal("?service=smtp")).map(({ status, effect }) => [status, effect])).toEqual([
      [null, false],
      [null, true],
    ]);
  });

  it("keeps nothing of a message whose sender left in the middle", async () => {
    const socket = createConnection(test.sandbox().smtpPort, "127.0.0.1");
    const steps = [
      "EHLO me",
      "MAIL FROM:<a@example.com>",
      "RCPT TO:<b@example.com>",
      "DATA",
      "Subject: half\r\n\r\nhalf",
    ];
    await new Promise<void>((resolve) => {
      socket.on("data", () => {
        const next = steps.shift();
        if (next === undefined) return;
        socket.write(`${next}\r\n`, () => {
          if (steps.length > 0) return;
          socket.destroy();
          resolve();
        });
      });
    });
    await smtp().sendMail(message);
    expect((await mails()).map(({ subject }) => subject)).toEqual([message.subject]);
  });
});

describe("SendGrid", () => {
  function client(key = "SG.test"): typeof sendgrid {
    sendgrid.setApiKey(key);
    insideOf(sendgrid).setDefaultRequest("baseUrl", `${test.sandbox().sendgridUrl}/`);
    return sendgrid;
  }
  const mail = {
    from: { email: "billing@example.com", name: "Billing" },
    to: "customer@example.net",
    subject: "Invoice INV-1",
    text: "Please pay.",
    html: "<p>Please pay.</p>",
    headers: { "Message-ID": "<inv-1@billing.example.com>" },
    attachments: [
      { content: Buffer.from("%PDF").toString("base64"), filename: "INV-1.pdf", type: "application/pdf" },
    ],
  };

  it("takes a mail into the same mailbox and answers 202 with its id", async () => {
    const [response] = await client().send(mail);
    expect(response.statusCode).toBe(202);
    expect(response.headers["x-message-id"]).toMatch(/^\w{22}$/);
    expect(await mails()).toMatchObject([
      {
        via: "sendgrid",
        to: ["customer@example.net"],
        message_id: "<inv-1@billing.example.com>",
        attachments: [{ filename: "INV-1.pdf", bytes: 4 }],
      },
    ]);
  });

  it("refuses wrong keys and incomplete mails, naming the field", async () => {
    await expect(client("SG.").send(mail)).rejects.toMatchObject({ code: 401 });
    await expect(client().send({ ...mail, from: "not an address" })).rejects.toMatchObject({
      code: 400,
      response: { body: { errors: [{ field: "from.email" }] } },
    });
    await fault({ service: "sendgrid", action: "status", status: 503 });
    await expect(client().send(mail)).rejects.toMatchObject({ code: 503 });
    expect(await mails()).toEqual([]);
  });

  it("keeps the mail and then fails when a fault says so", async () => {
    await fault({ service: "sendgrid", action: "after-commit" });
    await expect(client().send(mail)).rejects.toThrow();
    expect(await mails()).toHaveLength(1);
    expect(await test.journal("?service=sendgrid")).toMatchObject([{ status: null, effect: true }]);
  });
});

type RequestClient = { readonly setDefaultRequest: (key: string, value: string) => void };

/** The HTTP client inside the official mail client; its type does not show it. */
function insideOf(service: typeof sendgrid): RequestClient {
  return (service as unknown as { client: RequestClient }).client;
}
