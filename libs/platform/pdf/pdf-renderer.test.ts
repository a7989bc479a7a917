import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import type { InvoiceDocument } from "#libs/core/invoice/invoice-document.ts";
import { documentLine, invoiceDocument } from "#libs/testkit/invoice-document.ts";
import { pdfFontNames, pdfGlyphs, pdfLines, pdfPageTexts } from "#libs/testkit/pdf-text.ts";
import { createPdfRenderer, type PdfRenderer } from "./pdf-renderer.ts";

const workDir = join(tmpdir(), "billwright-pdf-test");
const ourFonts = /^Noto(Sans|SansArabic|SansJP|Emoji)-(Regular|Bold)$/;

const tiers = [
  { from: "0", upTo: "1000", quantity: "1000", unitAmount: "0", flatAmount: "0", amount: "0" },
  {
    from: "1000",
    upTo: null,
    quantity: "234",
    unitAmount: "0.000000000125",
    flatAmount: "5",
    amount: "5.00000002925",
  },
];

const reverseCharge = invoiceDocument({
  currency: "EUR",
  locale: "de-DE",
  timezone: "Europe/Berlin",
  notices: ["Reverse charge: VAT is to be accounted for by the recipient."],
  customer: { ...invoiceDocument().customer, taxIds: ["DE123456789"], taxStatus: "reverse_charge" },
});

const names = invoiceDocument({
  customer: {
    ...invoiceDocument().customer,
    name: "株式会社サンプル商事",
    address: ["ul. Święta 3, Łódź", "شركة النور للتجارة", "Rocket 🚀 Straße 5", "日本 9丁目"],
  },
});

function longDocument(lines: number): InvoiceDocument {
  return invoiceDocument({
    lines: Array.from({ length: lines }, (_, index) =>
      documentLine({
        id: `il_${index}`,
        description: `Cluster ${index + 1}`,
        tiers: index % 10 === 3 ? tiers : [],
      }),
    ),
  });
}

async function printInOtherProcess(documents: readonly InvoiceDocument[]): Promise<readonly string[]> {
  const script = `
    const { createPdfRenderer } = require(${JSON.stringify(join(__dirname, "pdf-renderer.ts"))});
    (async () => {
      const renderer = createPdfRenderer({ workDir: ${JSON.stringify(workDir)} });
      const hashes = [];
      for (const document of JSON.parse(process.argv[1])) hashes.push((await renderer.render(document)).sha256);
      await renderer.close();
      process.stdout.write(JSON.stringify(hashes));
    })();`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=source", "--require", "tsx/cjs", "-e", script, JSON.stringify(documents)],
    { cwd: join(__dirname, "../../..") },
  );
  return JSON.parse(stdout) as string[];
}

describe("the PDF renderer", () => {
  let renderer: PdfRenderer;

  beforeAll(() => {
    renderer = createPdfRenderer({ workDir });
  });

  afterAll(() => renderer.close());

  test("prints everything the document says", async () => {
    const document = invoiceDocument({
      description: "As agreed on the phone.\nThank you <b>very</b> much.",
      lines: [
        documentLine({
          description: "Team plan",
          quantity: "12",
          unit: "seats",
          unitAmount: "15.00",
          amount: "180.00",
          steps: [{ name: "included_units", before: "14", after: "12" }],
        }),
        documentLine({ unitAmount: null, amount: "5.00", group: "region=eu", tiers, discount: "1.00" }),
        documentLine({ unitAmount: "0.000000000125", proration: { numerator: "1", denominator: "3" } }),
      ],
      taxes: [
        { name: "VAT", percentage: "8.875", inclusive: false, taxableAmount: "196.34", amount: "17.43" },
      ],
      subtotal: "197.34",
      discounts: [{ name: "Welcome", amount: "1.00" }],
      discountTotal: "1.00",
      taxTotal: "17.43",
      total: "213.77",
      creditTotal: "3.77",
      amountDue: "210.00",
    });
    const printed = await renderer.render(document);
    const [text] = await pdfPageTexts(printed.bytes);
    expect(printed.pageCount).toBe(1);
    for (const said of [
      "As agreed on the phone.",
      "Thank you <b>very</b> much.",
      "Invoice number INV-202510-00001",
      "Date of issue October 1, 2025",
      "Date due October 31, 2025",
      "Service period Sep 1 – 30, 2025",
      "Acme Cloud, Inc. 548 Market Street San Francisco, CA 94104 United States",
      "Tax ID US12-3456789",
      "Globex Corporation 1 Main Street Springfield, IL 62701 United States ap@globex.example",
      "$210.00 due October 31, 2025",
      "12 of 14 charged, the rest is included 12 seats $15.00 $180.00",
      "region=eu · Sep 1 – 30, 2025 Discount -$1.00",
      "First 1,000 1,000 $0.00 $0.00",
      "Over 1,000 234 $0.000000000125 + $5.00 $5.00000002925",
      "Prorated: 33.3333% of the period (1 / 3)",
      "1,234 requests $0.000000000125 $12.34",
      "Subtotal $197.34 Discount: Welcome -$1.00 VAT 8.875% on $196.34 $17.43 Total $213.77",
      "Credit applied -$3.77 Amount due $210.00",
      "payable in USD by October 31, 2025",
      "Acme Cloud, Inc. · Registered in Delaware",
      "1 / 1",
    ]) {
      expect(text).toContain(said);
    }
  });

  test("prints a credit note as one: what it corrects and why, and nothing to pay", async () => {
    const note = invoiceDocument({
      ...{ invoiceType: "credit", number: "CN-202510-00001", periodStart: null, periodEnd: null },
      corrects: { number: "INV-202510-00001", reason: "Outage on 3 October" },
      lines: [
        documentLine({ quantity: "1", unit: null, unitAmount: null, amount: "25.00", discount: "2.50" }),
      ],
      taxes: [{ name: "VAT", percentage: "19", inclusive: false, taxableAmount: "22.50", amount: "4.28" }],
      discounts: [{ name: "Ten off", amount: "2.50" }],
      ...{ subtotal: "25.00", discountTotal: "2.50", taxTotal: "4.28", total: "26.78", amountDue: "0.00" },
    });
    const { bytes } = await renderer.render(note);
    const [text = ""] = await pdfPageTexts(bytes);
    for (const said of [
      "Credit note number CN-202510-00001 For invoice INV-202510-00001 Reason Outage on 3 October",
      "Credit to Globex Corporation",
      "$26.78 credited on October 1, 2025",
      "Subtotal $25.00 Discount: Ten off -$2.50 VAT 19% on $22.50 $4.28 Total $26.78",
    ]) {
      expect(text).toContain(said);
    }
    expect(text).not.toMatch(/due|payable/i);
  });

  test("uses the document's currency decimals, locale and zone", async () => {
    const kuwait = invoiceDocument({ currency: "KWD", amountDue: "1234567890123456.789" });
    const japan = invoiceDocument({
      currency: "JPY",
      locale: "ja-JP",
      timezone: "Asia/Tokyo",
      amountDue: "12340",
    });
    const texts = await Promise.all(
      [kuwait, japan, reverseCharge].map(async (document) =>
        (await pdfPageTexts((await renderer.render(document)).bytes)).join(" ").normalize("NFKC"),
      ),
    );
    expect(texts[0]).toContain("KWD 1,234,567,890,123,456.789 due");
    expect(texts[1]).toContain("¥12,340(支払期限 2025年10月31日)");
    expect(texts[2]).toContain("12,34 € fällig am 31. Oktober 2025");
    expect(texts[2]).toContain("Reverse charge: VAT is to be accounted for by the recipient.");
    expect(texts[2]).toContain("Steuer-ID DE123456789");
  });

  test("prints Polish, Japanese, Arabic and emoji from our own fonts, with no empty box", async () => {
    const { bytes } = await renderer.render(names);
    const text = (await pdfPageTexts(bytes)).join(" ");
    for (const line of [names.customer.name, ...names.customer.address]) expect(text).toContain(line);
    expect(pdfFontNames(bytes).filter((name) => !ourFonts.test(name))).toEqual([]);
    expect(pdfFontNames(bytes)).toEqual(
      expect.arrayContaining(["NotoSansJP-Bold", "NotoSansArabic-Regular"]),
    );
    const glyphs = pdfGlyphs(bytes);
    expect(glyphs.drawn).toBeGreaterThan(300);
    expect(glyphs.emptyBoxes).toBe(0);
  });

  test("gives the same bytes from our own fonts when its folder is named by a relative path", async () => {
    const { sha256 } = await renderer.render(names);
    const other = createPdfRenderer({ workDir: relative(process.cwd(), workDir) });
    try {
      expect((await other.render(names)).sha256).toBe(sha256);
    } finally {
      await other.close();
    }
  });

  test("refuses a character that no font has, by name", async () => {
    const document = invoiceDocument({ customer: { ...names.customer, name: "한국 주식회사" } });
    await expect(renderer.render(document)).rejects.toMatchObject({
      code: "pdf_glyph_missing",
      message: expect.stringContaining("한 (U+D55C)"),
    });
    const control = invoiceDocument({ notices: ["bell \u0007"] });
    await expect(renderer.render(control)).rejects.toMatchObject({
      message: expect.stringContaining("U+0007"),
    });
  });

  test("prints markup in a name as text and calls nobody", async () => {
    let hits = 0;
    const listener = createServer((_request, response) => {
      hits += 1;
      response.end();
    });
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/x`;
    const name = `<img src=${url}>`;
    try {
      const { bytes } = await renderer.render(
        invoiceDocument({
          customer: { ...names.customer, name, address: [`</div><script>document.title="${url}"</script>`] },
          seller: {
            ...names.seller,
            name: `"; } @import url(${url}); </style>`,
            color: `#fff;background:url(${url})`,
            logo: url,
          },
          lines: [documentLine({ description: `<style>@import "${url}"</style>`, unit: name, group: name })],
        }),
      );
      // Long words are broken over lines, so blanks do not count.
      const text = (await pdfPageTexts(bytes)).join("").replaceAll(" ", "");
      expect(text).toContain(name.replace(" ", ""));
      expect(text).toContain(`</div><script>document.title="${url}"</script>`);
      expect(text).toContain(`<style>@import"${url}"</style>`);
      expect(hits).toBe(0);
    } finally {
      await new Promise((resolve) => listener.close(resolve));
    }
  });

  test("repeats the table's head, numbers the pages and keeps the total with a line on every length", async () => {
    for (const lines of [8, 9, 10, 11, 12, 13, 200]) {
      const { bytes, pageCount } = await renderer.render(longDocument(lines));
      const pages = await pdfPageTexts(bytes);
      expect(pages).toHaveLength(pageCount);
      pages.forEach((page, index) => {
        expect(page).toContain(`${index + 1} / ${pageCount}`);
        if (page.includes("Cluster")) expect(page).toContain("Description Quantity Unit price Amount");
      });
      const totalPage = pages.find((page) => page.includes("Amount due"));
      expect(totalPage).toContain(`Cluster ${lines} `);
      const withBand = pages.filter((page) => page.includes("Over 1,000"));
      for (const page of withBand) {
        expect(page.match(/First 1,000/g)?.length).toBe(page.match(/Over 1,000/g)?.length);
      }
    }
  });

  test("splits a line of very many tiers over pages and keeps the total with its last ones", async () => {
    const band = (index: number, count: number) => ({
      ...tiers[0],
      from: `${index * 10}`,
      upTo: index === count - 1 ? null : `${index * 10 + 10}`,
      quantity: "10",
      unitAmount: "0.5",
      flatAmount: "0",
      amount: "5",
    });
    for (const count of [25, 28, 31, 34, 90]) {
      const many = Array.from({ length: count }, (_, index) => band(index, count));
      const { bytes } = await renderer.render(invoiceDocument({ lines: [documentLine({ tiers: many })] }));
      const pages = await pdfPageTexts(bytes);
      expect(pages[0]).toContain("First 10");
      expect(pages.find((page) => page.includes("Amount due"))).toContain(`Over ${count * 10 - 10}`);
    }
  });

  test("prints each line of a footer as one", async () => {
    const { seller } = invoiceDocument();
    const footer = "Acme Cloud, Inc.\nCourt of registration: Dover\nBoard: A. Lovelace";
    const { bytes } = await renderer.render(invoiceDocument({ seller: { ...seller, footer } }));
    expect(await pdfLines(bytes)).toEqual(expect.arrayContaining(footer.split("\n")));
  });

  test("prints on the paper the document names", async () => {
    const a4 = await renderer.render(invoiceDocument());
    const letter = await renderer.render(invoiceDocument({ pageSize: "Letter" }));
    expect(mediaBox(a4.bytes)).toEqual([595, 842]);
    expect(mediaBox(letter.bytes)).toEqual([612, 792]);
  });

  test("gives one SHA-256 in two processes, whatever each printed before", async () => {
    const documents = [names, longDocument(40), reverseCharge, invoiceDocument()];
    const other = await printInOtherProcess([...documents].reverse());
    const here: string[] = [];
    for (const document of documents) here.push((await renderer.render(document)).sha256);
    expect([...other].reverse()).toEqual(here);
    expect(new Set(here).size).toBe(documents.length);
  }, 60_000);

  test("dates the file by the document", async () => {
    const { bytes } = await renderer.render(invoiceDocument({ issuedAt: "2025-10-01T02:03:04Z" }));
    const dates = Buffer.from(bytes)
      .toString("latin1")
      .match(/\/(CreationDate|ModDate) \(D:20251001020304\+00'00'\)/g);
    expect(dates).toHaveLength(2);
  });

  test("shows the seller's logo when it is a picture in a data URL", async () => {
    const pixel =
      "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    const plain = await renderer.render(invoiceDocument());
    const branded = await renderer.render(invoiceDocument({ seller: { ...names.seller, logo: pixel } }));
    expect(Buffer.from(plain.bytes).includes("/Subtype /Image")).toBe(false);
    expect(Buffer.from(branded.bytes).includes("/Subtype /Image")).toBe(true);
  });
});

describe("a PDF renderer under stress", () => {
  test("refuses a document of too many pages", async () => {
    const renderer = createPdfRenderer({ workDir, maxPages: 2 });
    try {
      await expect(renderer.render(longDocument(60))).rejects.toMatchObject({ code: "pdf_too_large" });
      await expect(renderer.render(longDocument(400))).rejects.toMatchObject({
        message: expect.stringContaining("rows"),
      });
      await expect(renderer.render(invoiceDocument())).resolves.toMatchObject({ pageCount: 1 });
    } finally {
      await renderer.close();
    }
  });

  test("refuses a file of too many bytes", async () => {
    const renderer = createPdfRenderer({ workDir, maxBytes: 1_000 });
    try {
      await expect(renderer.render(names)).rejects.toMatchObject({
        code: "pdf_too_large",
        message: expect.stringMatching(/INV-202510-00001 has \d+ bytes; at most 1000 /),
      });
    } finally {
      await renderer.close();
    }
  });

  test("gives up in time, and prints the next document with a fresh browser", async () => {
    const renderer = createPdfRenderer({ workDir, timeoutMs: 400, maxPages: 5_000 });
    try {
      await expect(renderer.render(longDocument(15_000))).rejects.toMatchObject({ code: "pdf_timed_out" });
      await expect(renderer.render(invoiceDocument())).resolves.toMatchObject({ pageCount: 1 });
    } finally {
      await renderer.close();
    }
  });

  test("says that the named browser does not exist", async () => {
    const renderer = createPdfRenderer({ workDir, chromiumPath: "/nowhere/chrome" });
    await expect(renderer.render(names)).rejects.toMatchObject({ code: "pdf_browser_missing" });
    await renderer.close();
  });
});

function mediaBox(bytes: Uint8Array): readonly number[] {
  const box = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(Buffer.from(bytes).toString("latin1"));
  return [Math.round(Number(box?.[1])), Math.round(Number(box?.[2]))];
}
