import type { Browser, BrowserContext, Page } from "puppeteer-core";
import { revokePaymentLink } from "#libs/billing/payment/revoke-payment-link.ts";
import { printedLanguage, printedLanguages } from "#libs/core/locale.ts";
import { english } from "#libs/platform/words/english.ts";
import { invoiceWords } from "#libs/platform/words/invoice-words.ts";
import { openPayWorld, type PayWorld } from "#libs/testkit/pay-world.ts";
import { openTestBrowser } from "#libs/testkit/test-browser.ts";

let world: PayWorld;
let browser: Browser;
let tabs: BrowserContext;

beforeAll(async () => {
  [world, browser] = await Promise.all([openPayWorld(), openTestBrowser()]);
});
beforeEach(async () => {
  tabs = await browser.createBrowserContext();
});
afterEach(() => tabs.close());
afterAll(async () => {
  await browser.close();
  await world.close();
});

async function open(link: string, asked: string, withoutStripe = false): Promise<Page> {
  const page = await tabs.newPage();
  await page.setExtraHTTPHeaders({ "Accept-Language": asked });
  if (withoutStripe) {
    await page.setRequestInterception(true);
    page.on("request", (request) =>
      request.url().endsWith("/stripe.js") ? request.abort() : request.continue(),
    );
  }
  await page.goto(link, { waitUntil: "networkidle0" });
  return page;
}

const textOf = async (page: Page) => String(await page.evaluate("document.body.innerText"));
const htmlOf = (page: Page) =>
  page.$eval("html", (root) => [root.getAttribute("lang"), root.getAttribute("dir")]);
const issueIn = (locale: string) => world.issue({ document: { locale } });
const directionOf = (language: string) => (language === "ar" ? "rtl" : "ltr");

describe("the language of the page where a customer pays", () => {
  test.each(["ar-EG", "de-DE", "en-GB", "es-ES", "fr-FR", "ja-JP", "pl-PL"])(
    "is that of the invoice in every state: %s",
    async (locale) => {
      const language = printedLanguage(locale);
      const words = invoiceWords[language];
      const invoice = await issueIn(locale);
      const page = await open(invoice.link, "en", true);
      expect(await htmlOf(page)).toEqual([locale, directionOf(language)]);
      const text = await textOf(page);
      for (const said of [
        words.mailPay,
        words.payPdf,
        words.paySecure,
        words.payContents,
        words.payLeft,
        words.payFormMissing,
      ])
        expect(text).toContain(said);
      expect(await page.title()).toContain(words.invoice);
      expect(await page.$eval("#pay", (card) => card.getAttribute("data-language"))).toBe(language);
      await world.tenant.inTenant((tx) => revokePaymentLink(tx, invoice));
      const ended = await open(invoice.link, "en");
      expect(await htmlOf(ended)).toEqual([locale, directionOf(language)]);
      expect(await textOf(ended)).toContain(words.payRevokedTitle);
      if (language === "en") return;
      const untranslated = Object.entries(english).filter(
        ([key]) =>
          key.startsWith("pay") && words[key as keyof typeof words] !== english[key as keyof typeof english],
      );
      for (const [, sentence] of untranslated)
        expect(`${text} ${await textOf(ended)}`).not.toContain(sentence);
    },
  );

  it("is the browser's where the invoice's has no words, and English where neither has", async () => {
    const { link } = await issueIn("it-IT");
    expect(await textOf(await open(link, "sv, fr-CA;q=0.8, de;q=0.5"))).toContain(invoiceWords.fr.mailPay);
    expect(await textOf(await open(link, "sv"))).toContain(english.mailPay);
  });

  it("is the browser's on a page that stands for no invoice", async () => {
    const { link } = await issueIn("de-DE");
    const forged = link.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    for (const language of printedLanguages) {
      const page = await open(forged, language);
      expect(await textOf(page)).toContain(invoiceWords[language].payUnknown);
      expect(await htmlOf(page)).toEqual([language, directionOf(language)]);
    }
  });

  it("is spoken by its script, too: while the payment is processed, and when it is paid", async () => {
    const { link } = await issueIn("de-DE");
    const page = await open(link, "en");
    await page.locator("pierce/[name=number]").fill("4242424242424242");
    await page.locator("pierce/[name=expiry]").fill("12 / 44");
    await page.locator("pierce/[name=cvc]").fill("123");
    await page.locator("#pay-button").click();
    await page.waitForSelector("#pay-progress:not([hidden])");
    expect(await textOf(page)).toContain(invoiceWords.de.payMoment);
    await world.work();
    await page.waitForFunction(`document.body.innerText.includes("${invoiceWords.de.payPaidTitle}")`);
  });

  it("sets every page in its direction without scrolling sideways on a phone", async () => {
    for (const locale of ["ar-EG", "de-DE", "ja-JP"]) {
      const page = await open((await issueIn(locale)).link, "en");
      await page.setViewport({ width: 320, height: 640 });
      const [width, inner] = (await page.evaluate(
        "[document.documentElement.scrollWidth, innerWidth]",
      )) as number[];
      expect([locale, width]).toEqual([locale, inner]);
    }
  });

  it("writes an Arabic amount with its currency's letters before its sign", async () => {
    const page = await open((await issueIn("ar-EG")).link, "en");
    const [letters, sign] = (await page.evaluate(`(() => {
      const text = document.querySelector("h1 bdi").firstChild;
      return ["U", "$"].map((sign) => {
        const range = document.createRange();
        const at = text.data.indexOf(sign);
        range.setStart(text, at);
        range.setEnd(text, at + 1);
        return range.getBoundingClientRect().left;
      });
    })()`)) as number[];
    expect(letters).toBeLessThan(sign ?? 0);
  });
});
