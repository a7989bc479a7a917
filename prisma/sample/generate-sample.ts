// Writes catalog.ndjson.gz and events.ndjson.gz beside this file:
//   npx tsx --conditions=source prisma/sample/generate-sample.ts
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildCatalog } from "./build-catalog.ts";
import { buildEvents } from "./build-events.ts";
import { toGzip, toNdjson } from "./sample-file.ts";

for (const [name, records] of [
  ["catalog", buildCatalog()],
  ["events", buildEvents()],
] as const) {
  const zipped = toGzip(toNdjson(records));
  writeFileSync(join(__dirname, `${name}.ndjson.gz`), zipped);
  process.stdout.write(`${name}.ndjson.gz: ${records.length} records, ${zipped.length} bytes\n`);
}
