import { tmpdir } from "node:os";
import { join } from "node:path";
import { documentLine, invoiceDocument } from "#libs/testkit/invoice-document.ts";
import { inkColumns, pdfGlyphs, pdfPageTexts } from "#libs/testkit/pdf-text.ts";
import { openTestBrowser } from "#libs/testkit/test-browser.ts";
import { invoicePage, pagesMarkup } from "./invoice-page.ts";
import { createPdfRenderer } from "./pdf-renderer.ts";

const renderer = createPdfRenderer({ workDir: join(tmpdir(), "billwright-pdf-test") });
afterAll(() => renderer.close());

const tier = { from: "1000", quantity: "234", unitAmount: "0.5", flatAmount: "0", amount: "117" };
const tiers = [
  { ...tier, from: "0", upTo: "1000" },
  { ...tier, upTo: null },
];

describe("a printed document", () => {
  test.each([
    ["en-US", "Invoice number", "1 request"],
    ["de-DE", "Rechnungsnummer", "1 Anfrage"],
    ["fr-FR", "Numéro de facture", "1 requête"],
    ["es-ES", "Número de factura", "1 solicitud"],
    ["pl-PL", "Numer faktury", "1 żądanie"],
    ["ja-JP", "請求書番号", "1 リクエスト"],
    ["ar-AE", "رقم الفاتورة", "1 طلب"],
  ])(
    "prints invoices and credit notes in the language of %s, with no empty box",
    async (locale, label, unit) => {
      const invoice = invoiceDocument({
        locale,
        lines: [
          documentLine({
            quantity: "1",
            tiers,
            steps: [{ name: "included_units", before: "14", after: "12" }],
          }),
          documentLine({ kind: "minimum_commitment", description: "Minimum commitment", unit: null }),
          documentLine({ kind: "late_usage", description: "Calls (late usage)" }),
        ],
      });
      const { bytes } = await renderer.render(invoice);
      const text = (await pdfPageTexts(bytes)).join(" ").normalize("NFKC");
      expect(text).toContain(label);
      expect(text).toContain(unit.normalize("NFKC"));
      expect(pdfGlyphs(bytes).emptyBoxes).toBe(0);
      const note = invoiceDocument({
        locale,
        invoiceType: "credit",
        corrects: { number: "INV-7", reason: null },
      });
      const credited = (await pdfPageTexts((await renderer.render(note)).bytes)).join(" ");
      for (const english of [/Credit note/, /Amount/, /Minimum commitment/, /late usage/, /charged/]) {
        if (locale !== "en-US") expect(`${text} ${credited}`).not.toMatch(english);
      }
    },
  );

  test("keeps the letters of a currency before its sign in Arabic, wherever an amount stands", async () => {
    const browser = await openTestBrowser();
    try {
      for (const locale of ["ar-AE", "ar-EG"]) {
        const page = await browser.newPage();
        await page.setContent(pagesMarkup([invoicePage(invoiceDocument({ locale }))]));
        const places = (await page.evaluate(`(() => {
          const all = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          const places = [];
          for (let text = all.nextNode(); text !== null; text = all.nextNode()) {
            const at = text.data.indexOf("US$");
            if (at < 0) continue;
            const leftOf = (from) => {
              const range = document.createRange();
              range.setStart(text, from);
              range.setEnd(text, from + 1);
              return range.getBoundingClientRect().left;
            };
            places.push([leftOf(at), leftOf(at + 2)]);
          }
          return places;
        })()`)) as [letters: number, sign: number][];
        expect(places.length).toBeGreaterThan(4);
        expect(places.filter(([letters, sign]) => letters >= sign)).toEqual([]);
      }
    } finally {
      await browser.close();
    }
  });

  test("runs Arabic from right to left: the seller's name stands on the left, amounts at the left edge", async () => {
    const colored = async (locale: string) => {
      const { bytes } = await renderer.render(invoiceDocument({ locale }));
      return inkColumns(bytes, { color: [0x63, 0x5b, 0xff], fromY: 60, toY: 120 });
    };
    const [english, arabic] = [await colored("en"), await colored("ar")];
    expect(Math.min(...english)).toBeGreaterThan(300);
    expect(Math.max(...arabic)).toBeLessThan(300);
  });
});
