import { once } from "node:events";

/** Ends the test server's input and waits until it has stopped. */
export default async function globalTeardown(): Promise<void> {
  const child = globalThis.billwrightTestServer;
  if (!child || child.exitCode !== null) return;
  const ended = once(child, "exit");
  child.stdin?.end();
  await ended;
}
