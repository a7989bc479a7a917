import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InvoiceDocument } from "#libs/core/invoice/invoice-document.ts";
import { documentLine, invoiceDocument } from "#libs/testkit/invoice-document.ts";
import { pdfPageTexts } from "#libs/testkit/pdf-text.ts";
import { startPdfBrowser } from "./pdf-browser.ts";
import { createPdfRenderer, type PdfRenderer } from "./pdf-renderer.ts";

const workDir = join(tmpdir(), "billwright-pdf-test");
const pixel =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

function documents(): InvoiceDocument[] {
  const logo = { ...invoiceDocument().seller, logo: pixel };
  const lines = Array.from({ length: 40 }, (_, index) => documentLine({ description: `Cluster ${index}` }));
  const kinds: readonly Partial<InvoiceDocument>[] = [
    ...[
      {},
      { lines },
      { locale: "ar-EG" },
      { locale: "ja" },
      { seller: logo },
      { pageSize: "Letter" as const },
    ],
    ...[
      { locale: "pl", lines },
      { invoiceType: "credit" as const, corrects: { number: "INV-1", reason: "💥" } },
    ],
  ];
  return kinds.map((kind, at) =>
    invoiceDocument({ ...kind, invoiceId: `inv_${at}`, number: `INV-202510-0000${at}` }),
  );
}

/** What the browser was asked to print at once, by the numbers of the documents. */
function watched(failing: (markup: string) => boolean = () => false) {
  const prints: string[][] = [];
  const processes: (number | undefined)[] = [];
  const startBrowser: typeof startPdfBrowser = async (options) => {
    const browser = await startPdfBrowser(options);
    processes.push(browser.processId);
    return {
      ...browser,
      print: (markup) => {
        prints.push(
          [...markup.matchAll(/<bdi>(INV-\d+-\d+)<\/bdi><\/td>/g)].map(([, number = ""]) => number),
        );
        return failing(markup) ? Promise.reject(new Error("the tab crashed")) : browser.print(markup);
      },
    };
  };
  return { prints, processes, startBrowser };
}

const using = async <T>(renderer: PdfRenderer, work: (renderer: PdfRenderer) => Promise<T>): Promise<T> =>
  work(renderer).finally(() => renderer.close());

describe("printing many documents at once", () => {
  test("gives each the bytes that it has alone, whatever stands before and behind it", async () => {
    const { prints, startBrowser } = watched();
    const all = documents();
    await using(createPdfRenderer({ workDir, startBrowser, tabs: 1 }), async (renderer) => {
      const together = await Promise.all(all.map((document) => renderer.render(document)));
      const asAtOnce = prints.length;
      const backwards = await Promise.all([...all].reverse().map((document) => renderer.render(document)));
      expect(backwards.map(({ sha256 }) => sha256).reverse()).toEqual(together.map(({ sha256 }) => sha256));
      // Letter goes by itself, since it is other paper.
      expect(asAtOnce).toBe(2);
      for (const [index, document] of all.entries()) {
        const alone = await renderer.render(document);
        expect([document.number, alone.sha256]).toEqual([document.number, together[index]?.sha256]);
        const pages = await pdfPageTexts(alone.bytes);
        expect(pages).toHaveLength(together[index]?.pageCount ?? 0);
        pages.forEach((page, at) => {
          expect(page).toContain(`${at + 1} / ${pages.length}`);
          if (!document.locale.startsWith("ar")) expect(page).toContain(document.number);
        });
      }
    });
  }, 60_000);

  test("halves a batch that fails until only the document that cannot be printed fails, and prints that alone from then on", async () => {
    const { prints, startBrowser } = watched((markup) => markup.includes("poison"));
    const good = Array.from({ length: 7 }, (_, at) =>
      invoiceDocument({ invoiceId: `inv_${at}`, number: `INV-202510-0000${at}` }),
    );
    const bad = invoiceDocument({ invoiceId: "inv_7", number: "INV-202510-00007", description: "poison" });
    await using(createPdfRenderer({ workDir, startBrowser, tabs: 1 }), async (renderer) => {
      const batch = [...good.slice(0, 3), bad, ...good.slice(3)];
      const outcomes = await Promise.allSettled(batch.map((document) => renderer.render(document)));
      expect(outcomes.map(({ status }) => status === "fulfilled")).toEqual(batch.map((each) => each !== bad));
      expect(outcomes[3]).toMatchObject({ reason: { code: "pdf_render_failed" } });
      expect(prints[0]).toHaveLength(8);
      prints.length = 0;
      const again = await Promise.allSettled([bad, ...good].map((document) => renderer.render(document)));
      expect(again.filter(({ status }) => status === "rejected")).toHaveLength(1);
      expect(prints).toEqual([["INV-202510-00007"], good.map(({ number }) => number)]);
    });
  }, 60_000);

  test("refuses what is no document, and prints what comes after it", async () => {
    await using(createPdfRenderer({ workDir }), async (renderer) => {
      const broken = { ...invoiceDocument(), lines: [{}] } as unknown as InvoiceDocument;
      await expect(renderer.render(broken)).rejects.toThrow(TypeError);
      expect((await renderer.render(invoiceDocument())).pageCount).toBe(1);
    });
  });

  test("keeps nothing back for a document that is refused before it is printed", async () => {
    const { prints, startBrowser } = watched();
    const [first, second] = documents();
    const refused = invoiceDocument({ number: "INV-202510-00008", description: "한국" });
    await using(createPdfRenderer({ workDir, startBrowser }), async (renderer) => {
      const outcomes = await Promise.allSettled(
        [first, refused, second].map((document) => renderer.render(document ?? refused)),
      );
      expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
      expect(prints).toEqual([["INV-202510-00000", "INV-202510-00001"]]);
    });
  });
});

/** A browser whose prints wait for each other: the first until a second has begun. */
function meeting() {
  let begun = 0;
  let meet = (): void => undefined;
  const met = new Promise<void>((resolve) => {
    meet = resolve;
  });
  const processes = new Set<number | undefined>();
  const startBrowser: typeof startPdfBrowser = async (options) => {
    const browser = await startPdfBrowser(options);
    processes.add(browser.processId);
    return {
      ...browser,
      print: async (markup) => {
        begun += 1;
        if (begun === 2) meet();
        await met;
        if (markup.includes("poison")) process.kill(-Number(browser.processId), "SIGKILL");
        return browser.print(markup);
      },
    };
  };
  return { processes, startBrowser };
}

describe("batches that print side by side", () => {
  const numbered = (count: number) =>
    Array.from({ length: count }, (_, at) =>
      invoiceDocument({ invoiceId: `inv_${at}`, number: `INV-202510-0000${at}` }),
    );

  test("share one browser, and give each document the bytes that it has alone", async () => {
    const { processes, startBrowser } = meeting();
    await using(createPdfRenderer({ workDir, startBrowser, tabs: 2 }), async (renderer) => {
      const all = numbered(8);
      const printed = await Promise.all(all.map((document) => renderer.render(document)));
      expect(processes.size).toBe(1);
      for (const at of [0, 7]) {
        const alone = await renderer.render(all[at] ?? invoiceDocument());
        expect(alone.sha256).toBe(printed[at]?.sha256);
      }
    });
  }, 60_000);

  test("lose no document to the one beside them that takes the browser down", async () => {
    const { startBrowser } = meeting();
    await using(createPdfRenderer({ workDir, startBrowser, tabs: 2 }), async (renderer) => {
      const good = numbered(7);
      const bad = invoiceDocument({ invoiceId: "inv_7", number: "INV-202510-00007", description: "poison" });
      const outcomes = await Promise.allSettled([...good, bad].map((document) => renderer.render(document)));
      expect(outcomes.map(({ status }) => status)).toEqual([...good.map(() => "fulfilled"), "rejected"]);
      expect(outcomes[7]).toMatchObject({ reason: { code: "pdf_render_failed" } });
    });
  }, 60_000);

  test("end before the browser is replaced", async () => {
    const { processes, startBrowser } = meeting();
    const options = { workDir, startBrowser, tabs: 2, batchSize: 4, recycle: { documents: 8 } };
    await using(createPdfRenderer(options), async (renderer) => {
      const printed = await Promise.all(numbered(16).map((document) => renderer.render(document)));
      expect(new Set(printed.map(({ sha256 }) => sha256)).size).toBe(16);
      expect(processes.size).toBe(2);
    });
  }, 60_000);
});

describe("the browser that has had its time", () => {
  test.each([
    ["documents", { documents: 1 }],
    ["years", { ageMs: 0 }],
    ["memory", { memoryBytes: 1 }],
  ])("is replaced by %s, and the new one prints the same bytes", async (_what, recycle) => {
    const { processes, startBrowser } = watched();
    await using(createPdfRenderer({ workDir, startBrowser, recycle }), async (renderer) => {
      const first = await renderer.render(invoiceDocument());
      const second = await renderer.render(invoiceDocument());
      expect(second.sha256).toBe(first.sha256);
      expect(new Set(processes).size).toBe(2);
    });
  });
});
