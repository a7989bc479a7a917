import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { DomainError, domainError } from "#libs/core/errors.ts";
import type { InvoiceDocument } from "#libs/core/invoice/invoice-document.ts";
import { type FontSet, installFontSet } from "./font-set.ts";
import { type InvoicePage, invoicePage, pagesMarkup } from "./invoice-page.ts";
import type { startPdfBrowser } from "./pdf-browser.ts";
import { printQueue } from "./print-queue.ts";
import { type BrowserLimits, recycledBrowser } from "./recycled-browser.ts";
import { type SplitDocument, splitPdf } from "./split-pdf.ts";

export type RenderedPdf = {
  readonly bytes: Uint8Array;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly pageCount: number;
};

export type PdfRenderer = {
  /**
   * Prints an invoice. The same document gives the same bytes, in every process, alone or beside others.
   * Documents that are asked for while others print are printed together; one that cannot be keeps none of them back.
   * @throws DomainError pdf_glyph_missing, pdf_too_large, pdf_timed_out, pdf_render_failed, pdf_browser_missing
   */
  readonly render: (document: InvoiceDocument) => Promise<RenderedPdf>;
  /** Finishes what is being printed and ends the browser. Safe to call twice. */
  readonly close: () => Promise<void>;
};

export type CountingPdfRenderer = PdfRenderer & {
  /** What this process has printed so far, and what the browser holds. */
  readonly figures: () => Promise<PdfFigures>;
};

export type PdfFigures = {
  readonly printed: number;
  /** Documents that could not be printed. */
  readonly failed: number;
  /** Browsers that were started: one, and one for each that was replaced or broke. */
  readonly browserStarts: number;
  /** Of the browser with its children; 0 when none runs. */
  readonly browserMemoryBytes: number;
};

export type PdfRendererOptions = {
  /** A browser of the machine's owner; unset: the one from npm, else an installed one. */
  readonly chromiumPath?: string;
  /** Kept between starts: the unpacked browser, our fonts and their cache. May be shared by processes. */
  readonly workDir: string;
  readonly logger?: { readonly warn: (message: string, fields: Record<string, unknown>) => unknown };
  readonly timeoutMs?: number;
  readonly maxPages?: number;
  /** Of one file: mail servers take attachments of some 20 MB, and a file grows by a third on its way. */
  readonly maxBytes?: number;
  /** At most so many documents make one batch; more make the browser slower by the document. */
  readonly batchSize?: number;
  /** So many batches print side by side, each in a tab of the one browser: two, where there is a second core for it. */
  readonly tabs?: number;
  /** When the browser is replaced by a fresh one, so that nothing it leaks grows. */
  readonly recycle?: BrowserLimits;
  /** Starts the browser; for tests that want one that fails. */
  readonly startBrowser?: typeof startPdfBrowser;
};

/** No page of either size holds this many rows: a document with more of them need not be printed to be refused. */
const rowsPerPageAtMost = 90;
/** A document with more rows takes as long as a batch does. */
const rowsPrintedTogether = 200;
const batchTimeoutMs = 10_000;
const mostSuspects = 1_000;

type LaidOut = readonly [Waiting, InvoicePage];

type Waiting = {
  readonly document: InvoiceDocument;
  readonly rows: number;
  readonly resolve: (pdf: RenderedPdf) => void;
  readonly reject: (error: unknown) => void;
};

/** Makes the renderer. Nothing starts before the first document; see `PdfRenderer` for what it promises. */
export function createPdfRenderer(given: PdfRendererOptions): CountingPdfRenderer {
  // The browser starts in a folder of its own: a relative path would lose it our fonts.
  const options = { ...given, workDir: resolve(given.workDir) };
  const { timeoutMs = 30_000, maxPages = 500, maxBytes = 15_000_000, batchSize = 16 } = options;
  const { tabs = Math.min(2, availableParallelism()) } = options;
  const browsers = recycledBrowser(options, timeoutMs);
  const suspects = new Set<string>();
  const count = { printed: 0, failed: 0 };
  let closed = false;

  const prepared = preparation(fontsOnce(options.workDir), maxPages);
  const queue = printQueue<Waiting>({
    ...{ tabs, batchSize },
    isAlone: ({ document, rows }) => suspects.has(document.invoiceId) || rows > rowsPrintedTogether,
    goTogether: (first, other) => first.document.pageSize === other.document.pageSize,
    print: (batch) => prepared(batch, (pages, fontSet) => printPages(pages, fontSet, batchTimeoutMs)),
    printAlone: (each) => prepared([each], printParts),
    printAgain: async (batch) => {
      await browsers.end();
      await prepared(batch, printParts);
    },
  });

  async function printPages(pages: readonly LaidOut[], fontSet: FontSet, limitMs: number): Promise<void> {
    const layouts = pages.map(([, page]) => page);
    const printed = await browsers.use(fontSet, pages.length, (browser) =>
      withinTime(browser.print(pagesMarkup(layouts)), Math.min(timeoutMs, limitMs)),
    );
    const files = splitPdf(printed, layouts, fontSet.fonts);
    for (const [index, [each]] of pages.entries()) settle(each, files[index], { maxPages, maxBytes });
  }

  /** What failed is printed in halves, down to the one document that cannot be; that one is printed alone from then on. */
  async function printParts(pages: readonly LaidOut[], fontSet: FontSet): Promise<void> {
    for (const part of halves(pages)) {
      const isAlone = part.length === 1;
      try {
        await printPages(part, fontSet, isAlone ? timeoutMs : batchTimeoutMs);
      } catch (error) {
        await browsers.end();
        if (!isAlone) await printParts(part, fontSet);
        for (const [each] of isAlone ? part : []) {
          remember(suspects, each.document.invoiceId);
          each.reject(asRenderError(error, each.document, timeoutMs));
        }
      }
    }
  }

  return {
    render: (document) =>
      new Promise((resolve, reject) => {
        if (closed) reject(domainError("pdf_render_failed", "The renderer is closed."));
        else queue.add(counted({ document, rows: rowsOf(document), resolve, reject }, count));
      }),
    figures: async () => ({ ...count, ...(await browsers.figures()) }),
    close: async () => {
      closed = true;
      await queue.finish();
      await browsers.end();
    },
  };
}

function counted({ resolve, reject, ...of }: Waiting, count: { printed: number; failed: number }): Waiting {
  return {
    ...of,
    resolve: (pdf) => {
      count.printed += 1;
      resolve(pdf);
    },
    reject: (error) => {
      count.failed += 1;
      reject(error);
    },
  };
}

/** Lays out of a batch what can be printed and refuses the rest, then prints. */
function preparation(fonts: () => Promise<FontSet>, maxPages: number) {
  return async (
    batch: readonly Waiting[],
    print: (pages: readonly LaidOut[], fontSet: FontSet) => Promise<void>,
  ): Promise<void> => {
    const fontSet = await fonts().catch((error: unknown) => {
      for (const each of batch) each.reject(error);
    });
    if (fontSet === undefined) return;
    const pages = printable(batch, fontSet, maxPages);
    if (pages.length > 0) await print(pages, fontSet);
  };
}

function halves<T>(parts: readonly T[]): readonly (readonly T[])[] {
  const half = Math.ceil(parts.length / 2);
  return parts.length === 1 ? [parts] : [parts.slice(0, half), parts.slice(half)];
}

/** The documents that can be printed, laid out; the others are refused. */
function printable(batch: readonly Waiting[], fontSet: FontSet, maxPages: number): LaidOut[] {
  return batch.flatMap((each) => {
    try {
      refuseTooManyRows(each.document, maxPages);
      const page = invoicePage(each.document);
      refuseMissingGlyphs(each.document, fontSet, page.text);
      return [[each, page] as const];
    } catch (error) {
      each.reject(error);
      return [];
    }
  });
}

function settle(
  { document, resolve, reject }: Waiting,
  file: SplitDocument | undefined,
  { maxPages, maxBytes }: { readonly maxPages: number; readonly maxBytes: number },
): void {
  const { bytes, pageCount } = file ?? { bytes: new Uint8Array(), pageCount: 0 };
  if (pageCount > maxPages) reject(tooLarge(document, `${pageCount} pages`, maxPages));
  else if (bytes.length > maxBytes) reject(tooManyBytes(document, bytes.length, maxBytes));
  else resolve({ bytes, sha256: createHash("sha256").update(bytes).digest("hex"), pageCount });
}

function remember(suspects: Set<string>, invoiceId: string): void {
  const [oldest] = suspects;
  if (suspects.size >= mostSuspects && oldest !== undefined) suspects.delete(oldest);
  suspects.add(invoiceId);
}

function rowsOf(document: InvoiceDocument): number {
  return document.lines.reduce((sum, line) => sum + 1 + line.tiers.length, 0);
}

/** Our fonts, installed at the first call; tried again when that failed. */
function fontsOnce(workDir: string): () => Promise<FontSet> {
  let fonts: Promise<FontSet> | null = null;
  return () => {
    fonts ??= mkdir(workDir, { recursive: true })
      .then(() => installFontSet(workDir))
      .catch((error: unknown) => {
        fonts = null;
        throw error;
      });
    return fonts;
  };
}

function refuseMissingGlyphs(document: InvoiceDocument, fonts: FontSet, text: string): void {
  const missing = fonts.coverage.missingFrom(text);
  if (missing.length === 0) return;
  const named = missing.slice(0, 10).map((character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    return /[\p{L}\p{N}\p{P}\p{S}]/u.test(character) ? `${character} (U+${code})` : `U+${code}`;
  });
  throw domainError(
    "pdf_glyph_missing",
    `Invoice ${document.number} has characters that our fonts cannot print: ${named.join(", ")}. ` +
      "Allowed are Latin, Greek, Cyrillic, Devanagari, Arabic and Japanese letters, and emoji.",
  );
}

function refuseTooManyRows(document: InvoiceDocument, maxPages: number): void {
  const rows = rowsOf(document);
  if (rows > maxPages * rowsPerPageAtMost) throw tooLarge(document, `${rows} rows`, maxPages);
}

function tooLarge(document: InvoiceDocument, found: string, maxPages: number): DomainError {
  return domainError(
    "pdf_too_large",
    `Invoice ${document.number} has ${found}; at most ${maxPages} pages are allowed.`,
  );
}

function tooManyBytes(document: InvoiceDocument, found: number, maxBytes: number): DomainError {
  return domainError(
    "pdf_too_large",
    `The PDF of invoice ${document.number} has ${found} bytes; at most ${maxBytes} are allowed.`,
  );
}

class PrintTimeout extends Error {}

async function withinTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new PrintTimeout()), timeoutMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

function asRenderError(error: unknown, document: InvoiceDocument, timeoutMs: number): DomainError {
  if (error instanceof DomainError) return error;
  const name = error instanceof Error ? error.name : "";
  if (error instanceof PrintTimeout || name === "TimeoutError") {
    return domainError("pdf_timed_out", `Invoice ${document.number} was not printed within ${timeoutMs} ms.`);
  }
  const reason = error instanceof Error ? error.message : String(error);
  return domainError("pdf_render_failed", `Invoice ${document.number} was not printed: ${reason}`);
}
