import { Agent } from "node:http";
import { type SentRequest, sendRequest } from "./send-request.ts";

export type Sending = {
  readonly port: number;
  /** Kept open; each sends its next request as soon as the last was answered. */
  readonly connections: number;
};

/** Sends every request. Throws at the first answer that is not 2xx. @returns the time of each in milliseconds, sorted */
export async function sendAll(
  requests: readonly SentRequest[],
  { port, connections }: Sending,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  const next = requests.values();
  const connection = async () => {
    for (const request of next) {
      const start = performance.now();
      await sendRequest(request, port, agent);
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
