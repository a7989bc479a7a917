import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { brokenTexts, hostileTexts, invisibleTexts } from "#libs/testkit/hostile-texts.ts";
import type { Route } from "./define-route.ts";
import { allRoutes } from "./routes/all-routes.ts";

type Place = readonly (string | number)[];

const writing = allRoutes.filter(
  ({ method, access, raw, example }) =>
    method !== "get" && access !== "public" && raw !== true && typeof example.body === "object",
);
const nameOf = (route: Route) => `${route.method} ${route.path}`;
const texts = [...hostileTexts, ...invisibleTexts, ...brokenTexts];
/** Nothing that a field is ever meant to hold. */
const noTexts: readonly unknown[] = [
  ...[null, true, 0, -1, 1e308, 2 ** 53, [], {}, [[]], [null]],
  ...["", "x".repeat(100_000), { $ne: null }, { toString: 1 }, ["a", "a"]],
];

/** Where the values of an example stand: of each list its first entry. */
function places(value: unknown, at: Place = []): Place[] {
  if (value === null || typeof value !== "object") return [at];
  if (Array.isArray(value)) return value.length === 0 ? [at] : places(value[0], [...at, 0]);
  return Object.entries(value).flatMap(([key, part]) => places(part, [...at, key]));
}

/** The value with something else in one place. */
function put(value: unknown, [key, ...rest]: Place, fresh: unknown): unknown {
  if (key === undefined) return fresh;
  if (Array.isArray(value)) return value.map((part, at) => (at === key ? put(part, rest, fresh) : part));
  const object = value as Record<string, unknown>;
  return { ...object, [key]: put(object[key], rest, fresh) };
}

function at(value: unknown, place: Place): unknown {
  return place.reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], value);
}

describe("every text of every request", () => {
  let world: ApiWorld;
  /** An object of each collection, made from the routes' own examples. */
  const objects = new Map<string, string>();
  let sent = 0;

  beforeAll(async () => {
    world = await openApiWorld({ requestsPerMinute: 1_000_000 });
    for (const path of [
      "customers",
      "meters",
      "tax_rates",
      "coupons",
      "plans",
      "subscriptions",
      "invoices",
    ]) {
      const route = writing.find((each) => nameOf(each) === `post /v1/${path}`);
      const answer = await world.call("post", `/v1/${path}`).send(route?.example.body as object);
      if (typeof answer.body.id === "string") objects.set(path, answer.body.id);
    }
  });
  afterAll(() => world.close());

  /** The route's example with `fresh` in a place, and a code of its own, so that it is refused for no other reason. */
  const send = (route: Route, place: Place, fresh: unknown) => {
    sent += 1;
    const example = route.example.body as Record<string, unknown>;
    const own = ["code", "external_id"].filter((key) => typeof example[key] === "string");
    const unique = own.reduce<unknown>((body, key) => put(body, [key], `c${sent}`), example);
    const named: Readonly<Record<string, string | undefined>> = {
      ...route.example.params,
      id: objects.get(route.path.split("/")[2] ?? ""),
    };
    return world
      .call(
        route.method,
        route.path.replace(/\{(\w+)\}/g, (_all, name: string) => named[name] ?? "nothing"),
      )
      .set("Content-Type", "application/json")
      .send(JSON.stringify(put(unique, place, fresh)));
  };
  const isRefused = ({ status, body }: { readonly status: number; readonly body: { code?: unknown } }) =>
    status >= 400 && status < 500 && typeof body.code === "string";

  const fields = writing.flatMap((route) =>
    places(route.example.body).map((place) => [`${nameOf(route)} ${place.join(".")}`, route, place] as const),
  );
  const textFields = fields.filter(([, route, place]) => typeof at(route.example.body, place) === "string");

  test.each(textFields)("%s comes back as it went in, or is refused by name", async (name, route, place) => {
    // Each field takes a quarter of them, each text a quarter of the fields; what is printed takes all, elsewhere.
    const turn = textFields.findIndex(([each]) => each === name);
    for (const { name: what, text } of texts.filter((_text, index) => (index + turn) % 4 === 0)) {
      const { status, body } = await send(route, place, text);
      const came = at(body, place);
      // A code or an external id comes back as the id of what it names, a number as its shortest form.
      const said = /^[a-z]{2,3}_[0-9a-z]{26}$/.test(String(came)) ? text : came === "0" ? "-0" : came;
      const outcome = isRefused({ status, body }) ? "refused" : [status < 300, said ?? text];
      expect([what, outcome]).toEqual([what, outcome === "refused" ? outcome : [true, text]]);
    }
  });

  test.each(fields)(
    "%s takes no value of another kind for the server's fault",
    async (name, route, place) => {
      const turn = fields.findIndex(([each]) => each === name);
      for (const value of noTexts.filter((_value, index) => (index + turn) % 4 === 0)) {
        const answer = await send(route, place, value);
        const outcome = isRefused(answer) ? "refused" : answer.status < 300 ? "taken" : answer.body;
        expect([JSON.stringify(value).slice(0, 40), outcome]).toEqual([
          JSON.stringify(value).slice(0, 40),
          expect.stringMatching(/^(refused|taken)$/),
        ]);
      }
    },
  );

  test("keeps texts of every kind in the fields that are there for people's words", async () => {
    const route = writing.find((each) => nameOf(each) === "post /v1/customers") as Route;
    for (const { name, text } of [...hostileTexts, ...invisibleTexts]) {
      const answer = await send(route, ["name"], text);
      const isLine = /^\P{Cc}*$/u.test(text);
      expect([name, answer.status, answer.body.name]).toEqual(
        isLine ? [name, 201, text] : [name, 422, undefined],
      );
    }
    for (const { name, text } of brokenTexts) {
      const answer = await send(route, ["name"], text);
      expect([name, answer.status, answer.body.errors]).toEqual([
        ...[name, 422],
        [expect.objectContaining({ path: "name", code: "text_unstorable" })],
      ]);
    }
  });
});
