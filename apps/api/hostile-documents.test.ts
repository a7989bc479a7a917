import type { Browser, Page } from "puppeteer-core";
import { invoiceMail } from "#libs/platform/mail/invoice-mail.ts";
import { createPdfRenderer } from "#libs/platform/pdf/pdf-renderer.ts";
import { hostileTexts } from "#libs/testkit/hostile-texts.ts";
import { documentLine, invoiceDocument } from "#libs/testkit/invoice-document.ts";
import { openPayWorld, type PayWorld } from "#libs/testkit/pay-world.ts";
import { pdfPageTexts } from "#libs/testkit/pdf-text.ts";
import { openTestBrowser } from "#libs/testkit/test-browser.ts";
import { tmpdir } from "node:os";
import { join } from "node:path";

const texts = hostileTexts.map(({ text }) => text);
const { seller, customer } = invoiceDocument();
/** A text in every place of a document that somebody else writes; each line says one of all. */
const documentOf = (text: string) => ({
  seller: { ...seller, name: text, footer: text, taxId: text, address: texts },
  customer: { ...customer, name: text, address: [text], taxIds: [text] },
  description: text,
  notices: texts,
  lines: texts.map((description, at) =>
    documentLine({ id: `il_${at}`, description, group: description, unit: description }),
  ),
});
const withoutBlanks = (text: string) => text.normalize("NFKC").replace(/[\s\u2066-\u2069\u200e\u200f]/gu, "");

describe("what others write, as people see it", () => {
  let world: PayWorld;
  let browser: Browser;
  beforeAll(async () => {
    [world, browser] = await Promise.all([openPayWorld(), openTestBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    await world.close();
  });

  /** A page that notes whatever the texts made happen. */
  const open = async (): Promise<{ readonly page: Page; readonly happened: string[] }> => {
    const page = await browser.newPage();
    const happened: string[] = [];
    page.on("dialog", (dialog) => happened.push(`dialog ${dialog.message()}`));
    page.on("pageerror", (error) => happened.push(`error ${String(error)}`));
    page.on("framenavigated", (frame) => happened.push(`navigation ${frame.url()}`));
    page.on("request", (request) => happened.push(`request ${request.url()}`));
    return { page, happened };
  };
  const shown = async (page: Page) => withoutBlanks(String(await page.evaluate("document.body.innerText")));

  test("is a text in the mail, in HTML and in plain, and opens nothing", async () => {
    const { page, happened } = await open();
    for (const text of texts) {
      const mail = invoiceMail(invoiceDocument(documentOf(text)), {
        from: text,
        payUrl: "https://pay.example/1",
      });
      expect(mail.subject).not.toMatch(/[\r\n]/);
      expect(mail.text).toContain(text);
      await page.setContent(mail.html);
      const body = await shown(page);
      for (const each of [text, ...texts]) expect(body).toContain(withoutBlanks(each));
      expect(
        await page.$$eval("a", (links) => [...new Set(links.map(({ protocol }) => protocol))].sort()),
      ).toEqual(["https:", "mailto:"]);
    }
    expect(happened.filter((what) => !/^(navigation|request) about:blank$/.test(what))).toEqual([]);
    await page.close();
  }, 60_000);

  test("is a text on the page where it is paid, and the page stays as it is", async () => {
    const { page, happened } = await open();
    const text = texts.slice(0, 8).join(" ");
    const { link } = await world.issue({ document: documentOf(text) });
    await page.goto(link, { waitUntil: "networkidle0" });
    const body = await shown(page);
    for (const each of [text, ...texts]) expect(body).toContain(withoutBlanks(each));
    expect(await page.title()).toContain("INV-");
    const away = happened.filter((what) => !what.includes("127.0.0.1") || /beacon|HYPERLINK|jndi/.test(what));
    expect(away).toEqual([]);
    await page.close();
  }, 60_000);

  test("is a text in the PDF", async () => {
    const renderer = createPdfRenderer({ workDir: join(tmpdir(), "billwright-pdf-test") });
    try {
      const { bytes } = await renderer.render(invoiceDocument(documentOf("<b>{{7*7}}</b>")));
      const printed = withoutBlanks((await pdfPageTexts(bytes)).join(" "));
      const missing = texts.filter((text) => !printed.includes(withoutBlanks(text)));
      expect(missing).toEqual([]);
      expect(Buffer.from(bytes).toString("latin1")).not.toMatch(
        /\/(JavaScript|JS|Launch|OpenAction|AA|EmbeddedFile|URI)\b/,
      );
    } finally {
      await renderer.close();
    }
  }, 60_000);
});
