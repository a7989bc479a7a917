// npm run openapi:lint: redocly's recommended rules over the OpenAPI document; one line each finding.
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { toOpenApi } from "../apps/api/openapi.ts";
import { allRoutes } from "../apps/api/routes/all-routes.ts";

const config = await createConfig({
  extends: ["recommended-strict"],
  rules: { "no-server-example.com": "off" },
});
const source = JSON.stringify(toOpenApi(allRoutes, "http://localhost:3000"));
const problems = await lintFromString({ source, config, absoluteRef: "openapi.json" });
for (const { ruleId, message, location } of problems) {
  process.stdout.write(`${ruleId}: ${message} (${location[0]?.pointer ?? ""})\n`);
}
process.stdout.write(`${problems.length} findings in ${allRoutes.length} routes\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
