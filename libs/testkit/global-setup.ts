import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

declare global {
  var billwrightTestServer: ChildProcess | undefined;
}

/**
 * One embedded server for the whole run, in a child process that understands the source's import map. Who starts us with
 * a migrated database of his own is not given another.
 */
export default async function globalSetup(): Promise<void> {
  if (process.env["BILLWRIGHT_TEST_OWNER_URL"]) return;
  const child = spawn(
    process.execPath,
    ["--conditions=source", "--import", "tsx", "libs/testkit/test-server.ts"],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  globalThis.billwrightTestServer = child;
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([
    once(lines, "line"),
    once(child, "exit").then(([code]) =>
      Promise.reject(new Error(`the test server ended with ${String(code)}`)),
    ),
  ])) as [string];
  const { url, ownerUrl } = JSON.parse(line) as { url: string; ownerUrl: string };
  process.env["BILLWRIGHT_TEST_URL"] = url;
  process.env["BILLWRIGHT_TEST_OWNER_URL"] = ownerUrl;
}
