export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
  readonly tookMs: number;
};

/** Asks the API as one customer's software does. */
export type StackClient = {
  /** Once. Throws when there is no answer. */
  readonly ask: (method: "GET" | "POST", path: string, body?: unknown) => Promise<Answer>;
  /** Again and again until it is answered, as a careful sender does. Throws when it is refused, or a minute has passed. */
  readonly post: (path: string, body: unknown) => Promise<Answer>;
  /** How often each status was answered; `none` where there was no answer. */
  readonly statuses: ReadonlyMap<string, number>;
};

const answerMs = 20_000;
const patienceMs = 60_000;
const pauseMs = 200;

/** May pass: the server says so, or it was not there; 500 is judged elsewhere and sent again all the same. */
const passing: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

export function createStackClient(apiUrl: string, secret: string): StackClient {
  const statuses = new Map<string, number>();
  const count = (what: string) => statuses.set(what, (statuses.get(what) ?? 0) + 1);
  const ask: StackClient["ask"] = async (method, path, body) => {
    const startedAt = Date.now();
    const answer = async () => {
      const response = await fetch(`${apiUrl}${path}`, {
        method,
        headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
        signal: AbortSignal.timeout(answerMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { response, body: (await response.json()) as Answer["body"] };
    };
    const got = await answer().catch((error: unknown) => {
      count("none");
      throw error;
    });
    count(String(got.response.status));
    const { status, headers } = got.response;
    return { status, headers, body: got.body, tookMs: Date.now() - startedAt };
  };
  return {
    ask,
    statuses,
    post: async (path, body) => {
      const end = Date.now() + patienceMs;
      for (;;) {
        const answer = await ask("POST", path, body).catch(() => null);
        const rejected = answer?.body.rejected;
        if (answer !== null && answer.status < 300 && !(Array.isArray(rejected) && rejected.length > 0))
          return answer;
        if (answer !== null && !passing.has(answer.status))
          throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 500)}`);
        if (Date.now() > end) throw new Error(`${path} was not answered for ${patienceMs / 1_000} s`);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    },
  };
}
