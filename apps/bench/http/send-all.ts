import { Agent, request } from "node:http";

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
      await post(body, { agent, port, headers });
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

type Target = {
  readonly agent: Agent;
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
};

function post(body: Buffer, { agent, port, headers }: Target): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { agent, port, host: "127.0.0.1", method: "POST", path: "/v1/events" };
    const sent = request(
      { ...options, headers: { ...headers, "content-length": body.length } },
      (response) => {
        const said: Buffer[] = [];
        response.on("data", (chunk: Buffer) => said.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const { statusCode = 0 } = response;
          if (statusCode >= 200 && statusCode < 300) resolve();
          else reject(new Error(`${statusCode}: ${Buffer.concat(said).toString().slice(0, 500)}`));
        });
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
