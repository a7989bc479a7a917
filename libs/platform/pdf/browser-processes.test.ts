import { tmpdir } from "node:os";
import { join } from "node:path";
import { invoiceDocument } from "#libs/testkit/invoice-document.ts";
import { listProcesses, type ProcessRow } from "#libs/testkit/process-table.ts";
import { type PdfBrowser, startPdfBrowser } from "./pdf-browser.ts";
import { createPdfRenderer, type PdfRenderer } from "./pdf-renderer.ts";

const workDir = join(tmpdir(), "billwright-pdf-test");
const document = invoiceDocument();

describe("the processes of the browsers that print", () => {
  const browsers: PdfBrowser[] = [];
  let renderer: PdfRenderer;
  beforeEach(() => {
    browsers.length = 0;
    renderer = createPdfRenderer({
      workDir,
      batchSize: 10,
      recycle: { documents: 100 },
      startBrowser: async (options) => {
        const browser = await startPdfBrowser(options);
        browsers.push(browser);
        return browser;
      },
    });
  });
  afterEach(() => renderer.close());

  /** Each browser stands in a process group of its own, and its children in it. */
  const groupOf = (browser: PdfBrowser | undefined) => Number(browser?.processId);
  /** Zombies that are not our own children wait for the system to clear them away. */
  const rowsOf = async (...groups: readonly number[]): Promise<ProcessRow[]> =>
    (await listProcesses()).filter(
      ({ group, isZombie, parent }) => groups.includes(group) && (!isZombie || parent === process.pid),
    );
  const print = async (count: number) => {
    const files = await Promise.all(Array.from({ length: count }, () => renderer.render(document)));
    return new Set(files.map(({ sha256 }) => sha256)).size;
  };
  /** What is left of browsers that were ended or killed, which takes a moment. */
  const leftOf = async (...groups: readonly number[]): Promise<ProcessRow[]> => {
    const deadline = Date.now() + 15_000;
    let left = await rowsOf(...groups);
    while (left.length > 0 && Date.now() < deadline) left = await rowsOf(...groups);
    return left;
  };

  test("are no more, and none a zombie, after 500 documents and every exchange of the browser", async () => {
    const counts: number[] = [];
    for (let printed = 0; printed < 500; printed += 20) {
      expect(await print(20)).toBe(1);
      counts.push((await rowsOf(...browsers.map(groupOf))).filter(({ isZombie }) => !isZombie).length);
    }
    expect(browsers.length).toBeGreaterThanOrEqual(5);
    const [last, ...former] = [...browsers].reverse().map(groupOf);
    expect(await leftOf(...former)).toEqual([]);
    const running = await rowsOf(last ?? 0);
    expect(running.filter(({ isZombie }) => isZombie)).toEqual([]);
    expect(Math.max(...counts)).toBeLessThanOrEqual(2 * (counts[0] ?? 0));
    // A tab or two may just have been exchanged.
    expect(running.length).toBeLessThanOrEqual((counts[0] ?? 0) + 3);
    await renderer.close();
    expect(await leftOf(last ?? 0)).toEqual([]);
  }, 120_000);

  test("are all gone when the browser and its children are killed, and the next document has a fresh one", async () => {
    await print(1);
    const group = groupOf(browsers[0]);
    expect((await rowsOf(group)).length).toBeGreaterThan(1);
    process.kill(-group, "SIGKILL");
    expect(await leftOf(group)).toEqual([]);
    expect(await print(1)).toBe(1);
    expect(browsers).toHaveLength(2);
  });

  test("are all gone when only the browser is killed, in the midst of printing", async () => {
    await print(1);
    const group = groupOf(browsers[0]);
    const printing = print(20);
    process.kill(group, "SIGKILL");
    expect(await printing).toBe(1);
    expect(await leftOf(group)).toEqual([]);
  });
});
