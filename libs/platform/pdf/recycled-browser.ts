import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { findChromium } from "./chromium-binary.ts";
import type { FontSet } from "./font-set.ts";
import { type PdfBrowser, startPdfBrowser } from "./pdf-browser.ts";

/** A browser is replaced when it has printed so many documents, is so old, or holds so much memory with its children. */
export type BrowserLimits = {
  readonly documents?: number;
  readonly ageMs?: number;
  readonly memoryBytes?: number;
};

export type RecycledBrowser = {
  /** Prints the next `documents`, beside what prints already: in the running browser, or in a fresh one where that has had its time. */
  readonly use: <T>(
    fonts: FontSet,
    documents: number,
    work: (browser: PdfBrowser) => Promise<T>,
  ) => Promise<T>;
  readonly figures: () => Promise<{ readonly browserStarts: number; readonly browserMemoryBytes: number }>;
  /** Ends the browser with its children, whatever it prints. */
  readonly end: () => Promise<void>;
};

type Options = {
  readonly workDir: string;
  readonly chromiumPath?: string;
  readonly logger?: { readonly warn: (message: string, fields: Record<string, unknown>) => unknown };
  readonly recycle?: BrowserLimits;
  readonly startBrowser?: typeof startPdfBrowser;
};

type Running = {
  readonly browser: PdfBrowser;
  readonly startedAtMs: number;
  readonly uses: Set<Promise<unknown>>;
  printed: number;
};

/** Keeps one browser running between documents, and replaces it, when it prints nothing, before what it leaks grows. */
export function recycledBrowser(options: Options, timeoutMs: number): RecycledBrowser {
  const {
    documents: mostDocuments = 1_000,
    ageMs = 600_000,
    memoryBytes = 1_500_000_000,
  } = options.recycle ?? {};
  let running: Running | null = null;
  let opening: Promise<unknown> = Promise.resolve();
  let browserStarts = 0;

  async function isSpent(): Promise<boolean> {
    if (running === null) return false;
    const { browser, startedAtMs, printed } = running;
    if (!browser.isRunning() || printed >= mostDocuments || performance.now() - startedAtMs >= ageMs)
      return true;
    return (await browser.memoryBytes()) >= memoryBytes;
  }

  async function end(): Promise<void> {
    const ending = running;
    running = null;
    await ending?.browser.end();
  }

  async function open(fonts: FontSet, documents: number): Promise<Running> {
    if (await isSpent()) {
      await Promise.allSettled(running?.uses ?? []);
      await end();
    }
    if (running === null) {
      browserStarts += 1;
      const browser = await openBrowser(options, fonts, timeoutMs);
      running = { browser, startedAtMs: performance.now(), uses: new Set(), printed: 0 };
    }
    running.printed += documents;
    return running;
  }

  return {
    end,
    figures: async () => ({
      browserStarts,
      browserMemoryBytes: running?.browser.isRunning() ? await running.browser.memoryBytes() : 0,
    }),
    use: async (fonts, documents, work) => {
      // One after the other: two that find no browser must not start two, nor one end it before the other has begun.
      const started = opening.then(async () => {
        const { browser, uses } = await open(fonts, documents);
        const printing = work(browser);
        uses.add(printing);
        const forget = () => uses.delete(printing);
        printing.then(forget, forget);
        return { printing };
      });
      opening = started.catch(() => undefined);
      return (await started).printing;
    },
  };
}

/**
 * Chromium's own sandbox stays on wherever it can: not for root, who must not use it. Where the kernel or the
 * container forbids it, the browser runs without, which is said in the log: scripts and network are off either way.
 */
async function openBrowser(options: Options, fonts: FontSet, timeoutMs: number): Promise<PdfBrowser> {
  const binary = await findChromium(options.workDir, options.chromiumPath);
  const homeDir = join(options.workDir, "home");
  await mkdir(homeDir, { recursive: true });
  const start = (sandbox: boolean) =>
    (options.startBrowser ?? startPdfBrowser)({
      binary,
      fontConfigFile: fonts.configFile,
      homeDir,
      sandbox,
      timeoutMs,
    });
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
