import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DomainError, domainError } from "#libs/core/errors.ts";
import type { InvoiceDocument } from "#libs/core/invoice/invoice-document.ts";
import { findChromium } from "./chromium-binary.ts";
import { type FontSet, installFontSet } from "./font-set.ts";
import { invoicePage, pageMarkup } from "./invoice-page.ts";
import { type PdfBrowser, startPdfBrowser } from "./pdf-browser.ts";
import { countPages, withFixedDates } from "./pdf-file.ts";

export type RenderedPdf = {
  readonly bytes: Uint8Array;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly pageCount: number;
};

export type PdfRenderer = {
  /**
   * Prints an invoice with the default template. The same document gives the same bytes, in every process.
   * One document at a time: calls wait for each other.
   * @throws DomainError pdf_glyph_missing, pdf_too_large, pdf_timed_out, pdf_render_failed, pdf_browser_missing
   */
  readonly render: (document: InvoiceDocument) => Promise<RenderedPdf>;
  /** Finishes what is being printed and ends the browser. Safe to call twice. */
  readonly close: () => Promise<void>;
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
  /** The browser is replaced by a fresh one after this many documents, so that nothing it leaks grows. */
  readonly recycleAfter?: number;
};

/** No page of either size holds this many rows: a document with more of them need not be printed to be refused. */
const rowsPerPageAtMost = 90;

/** Makes the renderer. Nothing starts before the first document; see `PdfRenderer` for what it promises. */
export function createPdfRenderer(given: PdfRendererOptions): PdfRenderer {
  // The browser starts in a folder of its own: a relative path would lose it our fonts.
  const options = { ...given, workDir: resolve(given.workDir) };
  const { timeoutMs = 30_000, maxPages = 500, maxBytes = 15_000_000, recycleAfter = 400 } = options;
  let fonts: Promise<FontSet> | null = null;
  let browser: PdfBrowser | null = null;
  let printed = 0;
  let closed = false;
  let turn: Promise<unknown> = Promise.resolve();

  async function endBrowser(): Promise<void> {
    const ending = browser;
    browser = null;
    printed = 0;
    await ending?.end();
  }

  async function render(document: InvoiceDocument): Promise<RenderedPdf> {
    if (closed) throw domainError("pdf_render_failed", "The renderer is closed.");
    fonts ??= prepareFonts(options.workDir);
    const fontSet = await fonts.catch((error: unknown) => {
      fonts = null;
      throw error;
    });
    const page = invoicePage(document);
    refuseTooManyRows(document, maxPages);
    refuseMissingGlyphs(document, fontSet, page.text);
    if (browser?.isRunning() === false || printed >= recycleAfter) await endBrowser();
    browser ??= await openBrowser(options, fontSet, timeoutMs);
    printed += 1;
    try {
      const bytes = withFixedDates(
        await withinTime(browser.print(pageMarkup(page)), timeoutMs),
        document.issuedAt,
      );
      refuseForeignFonts(bytes);
      const pageCount = countPages(bytes);
      if (pageCount > maxPages) throw tooLarge(document, `${pageCount} pages`, maxPages);
      if (bytes.length > maxBytes) throw tooManyBytes(document, bytes.length, maxBytes);
      return { bytes, sha256: createHash("sha256").update(bytes).digest("hex"), pageCount };
    } catch (error) {
      if (error instanceof DomainError && error.code === "pdf_too_large") throw error;
      await endBrowser();
      throw asRenderError(error, document, timeoutMs);
    }
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  }

  return {
    render: (document) => inTurn(() => render(document)),
    close: () =>
      inTurn(async () => {
        closed = true;
        await endBrowser();
      }),
  };
}

/** The same document must give the same bytes everywhere, so a font that is not ours is a failure, not a fallback. */
function refuseForeignFonts(bytes: Uint8Array): void {
  const names = Buffer.from(bytes)
    .toString("latin1")
    .matchAll(/\/BaseFont\s*\/(?:[A-Z]{6}\+)?([^\s/<>[\]()]+)/g);
  const foreign = [...new Set([...names].flatMap(([, name]) => (name?.startsWith("Noto") ? [] : [name])))];
  if (foreign.length > 0) {
    throw domainError(
      "pdf_render_failed",
      `the page was set in ${foreign.join(", ")}, which is not ours: our fonts were not found`,
    );
  }
}

async function prepareFonts(workDir: string): Promise<FontSet> {
  await mkdir(workDir, { recursive: true });
  return installFontSet(workDir);
}

/**
 * Chromium's own sandbox stays on wherever it can: not for root, who must not use it. Where the kernel or the
 * container forbids it, the browser runs without, which is said in the log: scripts and network are off either way.
 */
async function openBrowser(
  options: PdfRendererOptions,
  fonts: FontSet,
  timeoutMs: number,
): Promise<PdfBrowser> {
  const binary = await findChromium(options.workDir, options.chromiumPath);
  const homeDir = join(options.workDir, "home");
  await mkdir(homeDir, { recursive: true });
  const start = (sandbox: boolean) =>
    startPdfBrowser({ binary, fontConfigFile: fonts.configFile, homeDir, sandbox, timeoutMs });
  const isRoot = process.getuid?.() === 0;
  if (isRoot) return start(false);
  try {
    return await start(true);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    options.logger?.warn("The browser did not start in its sandbox; trying without", { reason });
    return start(false);
  }
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
  const rows = document.lines.reduce((sum, line) => sum + 1 + line.tiers.length, 0);
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
