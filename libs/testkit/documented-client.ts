import { type ApiClient, createClient, type Problem } from "../../apps/api/client/create-client.ts";
import { type OpenApiOperation, toOpenApi } from "../../apps/api/openapi.ts";
import { allRoutes } from "../../apps/api/routes/all-routes.ts";

const document = toOpenApi(allRoutes, "http://localhost:3000");

/** The typed client, which throws when an answer has a status, media type or error code that the document does not name. */
export function createDocumentedClient(given: Parameters<typeof createClient>[0]): ApiClient {
  const client = createClient(given);
  client.use({
    onResponse: async ({ request, response, schemaPath }) => {
      const method = request.method.toLowerCase();
      const operation = document.paths[schemaPath]?.[method];
      const undocumented = operation && (await findUndocumented(operation, response.clone()));
      if (undocumented) throw new Error(`${method} ${schemaPath} answered ${undocumented}: not documented`);
    },
  });
  return client;
}

async function findUndocumented(operation: OpenApiOperation, response: Response): Promise<string | null> {
  const documented = operation.responses[String(response.status)];
  if (documented === undefined) return `${response.status} ${await response.text()}`;
  const [type = ""] = (response.headers.get("content-type") ?? "").split(";");
  if (type === "" && documented.content === undefined) return null;
  const media = documented.content?.[type];
  if (media === undefined) return `${response.status} as ${type}`;
  if (type !== "application/problem+json") return null;
  const { code } = (await response.json()) as Problem;
  return code in (media.examples ?? {}) ? null : `${response.status} ${code}`;
}
