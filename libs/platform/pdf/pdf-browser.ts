import { readdir, readFile } from "node:fs/promises";
import { type Browser, type HTTPRequest, launch, type Page } from "puppeteer-core";
import { domainError } from "#libs/core/errors.ts";
import type { ChromiumBinary } from "./chromium-binary.ts";

/** One running browser with the pages that print. */
export type PdfBrowser = {
  /** May be called again before it has ended: each prints on a page of its own, which is kept for the next. */
  readonly print: (markup: string) => Promise<Uint8Array>;
  /** Ends the browser and its children: asks first, then kills the process group. Never throws. */
  readonly end: () => Promise<void>;
  readonly isRunning: () => boolean;
  readonly processId: number | undefined;
  /** Resident memory of the browser with all its children; 0 where the system does not say. */
  readonly memoryBytes: () => Promise<number>;
};

export type BrowserOptions = {
  readonly binary: ChromiumBinary;
  readonly fontConfigFile: string;
  readonly homeDir: string;
  readonly sandbox: boolean;
  readonly timeoutMs: number;
};

/** The renderer's own limit comes first and has a name; the browser's limits only catch what it cannot. */
const patienceMs = 5_000;
const startTimeoutMs = 30_000;
const memoryPageBytes = 4_096;

/** Chosen by us: no network, no GPU, no services; site isolation, web security and the process model stay as they are. */
const browserFlags = [
  "--disable-gpu",
  "--disable-webgl",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-domain-reliability",
  "--disable-extensions",
  "--disable-sync",
  "--disable-breakpad",
  "--disable-crash-reporter",
  "--font-render-hinting=none",
  "--force-color-profile=srgb",
  "--host-resolver-rules=MAP * ~NOTFOUND",
  "--proxy-server=127.0.0.1:9",
  "--proxy-bypass-list=<-loopback>",
  "--lang=en-US",
  "--metrics-recording-only",
  "--mute-audio",
  "--no-default-browser-check",
  "--no-first-run",
  "--no-pings",
  "--password-store=basic",
  "--user-agent=Billwright",
];

/**
 * Starts a browser in a process group of its own, speaking over a pipe: when our process dies, even by
 * SIGKILL, the pipe closes and the browser ends by itself. It sees our fonts and none of our environment.
 * @throws DomainError pdf_render_failed
 */
export async function startPdfBrowser(options: BrowserOptions): Promise<PdfBrowser> {
  const browser = await launchBrowser(options);
  try {
    const limitMs = options.timeoutMs + patienceMs;
    const free = [await openOfflinePage(browser, limitMs)];
    return {
      print: async (markup) => {
        const page = free.pop() ?? (await openOfflinePage(browser, limitMs));
        const printed = await printPage(page, markup, limitMs);
        free.push(page);
        return printed;
      },
      end: () => endBrowser(browser),
      isRunning: () => browser.connected,
      processId: browser.process()?.pid,
      memoryBytes: () => memoryOfGroup(browser.process()?.pid),
    };
  } catch (error) {
    await endBrowser(browser);
    throw error;
  }
}

async function launchBrowser(options: BrowserOptions): Promise<Browser> {
  const { executable, libraryDir } = options.binary;
  try {
    return await launch({
      executablePath: executable,
      headless: "shell",
      pipe: true,
      timeout: startTimeoutMs,
      protocolTimeout: options.timeoutMs + patienceMs,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      waitForInitialPage: false,
      args: [...browserFlags, ...(options.sandbox ? [] : ["--no-sandbox"])],
      env: {
        FONTCONFIG_FILE: options.fontConfigFile,
        HOME: options.homeDir,
        XDG_CACHE_HOME: options.homeDir,
        XDG_CONFIG_HOME: options.homeDir,
        LANG: "C.UTF-8",
        TZ: "UTC",
        ...(libraryDir === null ? {} : { LD_LIBRARY_PATH: libraryDir }),
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw domainError("pdf_render_failed", `The browser ${executable} did not start: ${reason}`);
  }
}

async function openOfflinePage(browser: Browser, timeoutMs: number): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(timeoutMs);
  await page.setJavaScriptEnabled(false);
  await page.setRequestInterception(true);
  page.on("request", (request: HTTPRequest) => {
    const settled = request.url().startsWith("data:") ? request.continue() : request.abort("blockedbyclient");
    settled.catch(() => undefined);
  });
  await page.setOfflineMode(true);
  return page;
}

async function printPage(page: Page, markup: string, timeoutMs: number): Promise<Uint8Array> {
  await page.setContent(markup, { waitUntil: "load", timeout: timeoutMs });
  return page.pdf({
    preferCSSPageSize: true,
    printBackground: true,
    displayHeaderFooter: false,
    tagged: false,
    outline: false,
    waitForFonts: false,
    timeout: timeoutMs,
  });
}

/** Reads Linux's /proc: shared pages count once a process, so the sum is an upper bound. */
async function memoryOfGroup(group: number | undefined): Promise<number> {
  if (group === undefined || process.platform !== "linux") return 0;
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(ids.map((id) => readFile(`/proc/${id}/stat`, "utf8").catch(() => "")));
  return stats.reduce((sum, stat) => {
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(fields[2]) === group ? sum + Number(fields[21]) * memoryPageBytes : sum;
  }, 0);
}

async function endBrowser(browser: Browser): Promise<void> {
  const pid = browser.process()?.pid;
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, 3_000);
  });
  await Promise.race([browser.close().catch(() => undefined), patience]);
  clearTimeout(timer);
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group is gone already.
  }
}
