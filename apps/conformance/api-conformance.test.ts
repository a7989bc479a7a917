import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { createApiClient } from "./api/api-client.ts";
import { BadInput } from "./conformance-options.ts";
import { readVectors } from "./read-vectors.ts";
import { countVerdicts, verdictDetails } from "./report.ts";
import { apiRespondent, runVectors } from "./run-vectors.ts";

let world: ApiWorld;
let server: Server;
beforeAll(async () => {
  world = await openApiWorld();
  server = createServer(world.app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await world.close();
});

const client = () => {
  const { port } = server.address() as AddressInfo;
  return createApiClient({ url: `http://127.0.0.1:${port}`, key: world.keys.admin });
};
/** Every nth case of an area: the whole is for `npm run conformance -- --api`. */
const sample = readVectors([join(__dirname, "vectors")]).filter((_, index) => index % 7 === 0);

test("a running Billwright says what its libraries say", async () => {
  const judged = await runVectors(sample, apiRespondent(client()), { mutate: false });
  const differing = judged.filter(({ verdict }) => verdict.verdict === "differ");
  expect(verdictDetails(differing)).toEqual([]);
  const counts = countVerdicts(judged);
  expect(counts.differ).toBe(0);
  expect(counts.agree).toBeGreaterThan(sample.length / 2);
}, 120_000);

test("a live tenant's key is refused, for a run makes many objects", () => {
  expect(() => createApiClient({ url: "http://127.0.0.1", key: "bw_live_x" })).toThrow(BadInput);
});
