import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium } from "#libs/platform/pdf/chromium-binary.ts";
import { installFontSet } from "#libs/platform/pdf/font-set.ts";
import { invoicePage, pagesMarkup } from "#libs/platform/pdf/invoice-page.ts";
import { startPdfBrowser } from "#libs/platform/pdf/pdf-browser.ts";
import { createPdfRenderer } from "#libs/platform/pdf/pdf-renderer.ts";
import { documentLine, invoiceDocument } from "#libs/testkit/invoice-document.ts";
import type { Bench } from "../bench.ts";

const invoices = 200;
const rows = 10;
const verified = 20;

/** Documents that wait together, beside the usual way: one page of the browser, set and printed once a document. */
export const printPdfs: Bench = {
  name: "print-pdfs",
  about: `${invoices} invoices of ${rows} lines as PDF, in batches and one after the other on a page that stays open`,
  open: async () => {
    const dir = await mkdtemp(join(tmpdir(), "billwright-bench-pdf-"));
    const homeDir = join(dir, "home");
    await mkdir(homeDir);
    const binary = await findChromium(dir);
    const fonts = await installFontSet(dir);
    const sandbox = process.getuid?.() !== 0;
    const browser = await startPdfBrowser({
      ...{ binary, fontConfigFile: fonts.configFile, homeDir, sandbox, timeoutMs: 30_000 },
    });
    const renderer = createPdfRenderer({ workDir: dir, recycle: { documents: 1_000_000 } });
    const documents = Array.from({ length: invoices }, (_, at) =>
      invoiceDocument({
        ...{ invoiceId: `inv_${at}`, number: `INV-202510-${String(at).padStart(5, "0")}` },
        lines: Array.from({ length: rows }, (_line, row) => documentLine({ description: `Cluster ${row}` })),
      }),
    );
    const perSecond = async (work: () => Promise<unknown>) => {
      const start = performance.now();
      await work();
      return { value: (invoices * 1_000) / (performance.now() - start) };
    };
    const together = (count = invoices) =>
      Promise.all(documents.slice(0, count).map((document) => renderer.render(document)));
    const oneByOne = async (count = invoices) => {
      let printed = 0;
      for (const document of documents.slice(0, count)) {
        const file = await browser.print(pagesMarkup([invoicePage(document)]));
        if (file.length > 1_000) printed += 1;
      }
      return printed;
    };
    return {
      close: async () => {
        await Promise.all([renderer.close(), browser.end()]);
        await rm(dir, { recursive: true, force: true });
      },
      cases: [
        {
          name: "PDFs in batches",
          unit: "PDFs/s",
          better: "higher",
          ratioTarget: 2,
          ours: { name: "printed together", sample: () => perSecond(() => together()) },
          peer: { name: "one reused page", sample: () => perSecond(() => oneByOne()) },
          verify: async () => {
            const files = await together(verified);
            if (files.length !== verified || (await oneByOne(verified)) !== verified)
              throw new Error("not all were printed");
          },
        },
      ],
    };
  },
};
