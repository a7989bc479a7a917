import { Agent } from "node:http";
import { sendRequest } from "./send-request.ts";

export type Sending = {
  readonly port: number;
  readonly key: string;
  /** Kept open; each sends its next body as soon as the last was answered. */
  readonly connections: number;
};

/** Posts every body to `/v1/events`. Throws at the first answer that is not 2xx. @returns the time of each in milliseconds, sorted */
export async function sendAll(bodies: readonly Buffer[], given: Sending): Promise<number[]> {
  const { port, key, connections } = given;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  const next = bodies.values();
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const connection = async () => {
    for (const body of next) {
      const start = performance.now();
      await sendRequest({ method: "POST", path: "/v1/events", headers, body }, port, agent);
      times.push(performance.now() - start);
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, connection));
  } finally {
    agent.destroy();
  }
  return times.sort((a, b) => a - b);
}
