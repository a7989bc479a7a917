import { type Agent, request } from "node:http";

export type SentRequest = {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
};

/** Sends one request to a port of this machine and reads the answer. @throws Error with what was said, when it is not 2xx */
export function sendRequest(planned: SentRequest, port: number, agent: Agent): Promise<void> {
  const { method, path, headers, body } = planned;
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": body.length };
    const sent = request(
      { agent, port, host: "127.0.0.1", method, path, headers: { ...headers, ...length } },
      (response) => {
        const said: Buffer[] = [];
        response.on("data", (chunk: Buffer) => said.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const { statusCode = 0 } = response;
          const text = () => Buffer.concat(said).toString().slice(0, 300);
          if (statusCode >= 200 && statusCode < 300) resolve();
          else reject(new Error(`${method} ${path}: ${statusCode} ${text()}`));
        });
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
