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
  /** The browser that prints the next `documents`: the running one, or a fresh one where that has had its time. */
  readonly open: (fonts: FontSet, documents: number) => Promise<PdfBrowser>;
  /** Ends the browser with its children. */
  readonly end: () => Promise<void>;
};

type Options = {
  readonly workDir: string;
  readonly chromiumPath?: string;
  readonly logger?: { readonly warn: (message: string, fields: Record<string, unknown>) => unknown };
  readonly recycle?: BrowserLimits;
  readonly startBrowser?: typeof startPdfBrowser;
};

/** Keeps one browser running between documents, and replaces it before what it leaks grows. */
export function recycledBrowser(options: Options, timeoutMs: number): RecycledBrowser {
  const {
    documents: mostDocuments = 1_000,
    ageMs = 600_000,
    memoryBytes = 1_500_000_000,
  } = options.recycle ?? {};
  let running: { readonly browser: PdfBrowser; readonly startedAtMs: number; printed: number } | null = null;

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

  return {
    end,
    open: async (fonts, documents) => {
      if (await isSpent()) await end();
      running ??= {
        browser: await openBrowser(options, fonts, timeoutMs),
        startedAtMs: performance.now(),
        printed: 0,
      };
      running.printed += documents;
      return running.browser;
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
