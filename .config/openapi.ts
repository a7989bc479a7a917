// npm run openapi [-- FILE]: writes the OpenAPI document, to stdout when no file is named.
import { writeFileSync } from "node:fs";
import { toOpenApi } from "../apps/api/openapi.ts";
import { allRoutes } from "../apps/api/routes/all-routes.ts";

const text = `${JSON.stringify(toOpenApi(allRoutes, "http://localhost:3000"), null, 2)}\n`;
const [path] = process.argv.slice(2);
if (path === undefined) process.stdout.write(text);
else writeFileSync(path, text);
