import { bodyOf, createClient } from "./create-client.ts";

const [baseUrl = "", key = ""] = process.argv.slice(2);
const api = createClient({ baseUrl, key });

async function main() {
  const params = { path: { id: "acme" } };
  const { name } = bodyOf(await api.PATCH("/v1/customers/{id}", { params, body: { name: "Acme AG" } }));
  const { data } = bodyOf(await api.GET("/v1/invoices", { params: { query: { customer_id: "acme" } } }));
  for (const { number, total, currency, status } of data) console.log(name, number, total, currency, status);

  const { error } = await api.POST("/v1/customers", { body: { external_id: "acme", name: "Again" } });
  if (error) console.log(error.status, error.code);
}

void main();
