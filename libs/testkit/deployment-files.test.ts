import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { readConfig } from "#libs/platform/config.ts";
import { environmentSchema } from "#libs/platform/environment.ts";
import { createDockerIgnore, readCopy, readDockerfile } from "./dockerfile.ts";

const known = Object.keys(environmentSchema.shape);
const defaults = new Map(
  Object.entries(environmentSchema.parse({})).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, String(value)]],
  ),
);

/** The rows of the README's configuration table: name, default, meaning. */
function readmeRows(): { name: string; value: string; meaning: string }[] {
  const rows = readFileSync("README.md", "utf8").matchAll(/^\| `([A-Z0-9_]+)` *\| (.*?) *\| (.+) \|$/gm);
  return [...rows].map(([, name = "", value = "", meaning = ""]) => ({
    ...{ name, value: value.replaceAll("`", ""), meaning: meaning.replaceAll("`", "") },
  }));
}

/** The variables of .env.example with what is said above each. */
function exampleRows(): { name: string; value: string; meaning: string }[] {
  const rows = readFileSync(".env.example", "utf8").matchAll(/^# (.+)\n# ([A-Z0-9_]+)=(.+)$/gm);
  return [...rows].map(([, meaning = "", name = "", value = ""]) => ({ name, value, meaning }));
}

/** Each service of docker-compose.yml as its own text, and the shared parts under their names. */
function composeParts(): Map<string, string> {
  const text = readFileSync("docker-compose.yml", "utf8").replace(/^\s*#.*\n/gm, "");
  const parts = new Map<string, string>();
  for (const indent of ["", "  "]) {
    const part = new RegExp(`^${indent}([a-z-]+):(?: &\\w+)?\\n((?:${indent}  .*\\n|\\n)+)`, "gm");
    for (const [, name = "", body = ""] of text.matchAll(part)) parts.set(name, body);
  }
  return parts;
}

/** Whether a command of ours can be run after a build: its file is here, as a source or as it stands. */
function entryExists(file: string): boolean {
  return existsSync(file.replace(/^dist\/(.+)\.js$/, "$1.ts"));
}

describe("the words about configuration", () => {
  it("the README's table lists every variable once, in the order of the code, with its default", () => {
    expect(readmeRows().map((row) => row.name)).toEqual(known);
    for (const { name, value } of readmeRows())
      expect([name, value]).toEqual([name, defaults.get(name) ?? ""]);
  });

  it(".env.example lists the same, with the same words and defaults, and an example where there is none", () => {
    expect(exampleRows().map((row) => row.name)).toEqual(known);
    for (const [at, { name, value, meaning }] of exampleRows().entries()) {
      expect([name, meaning]).toEqual([name, readmeRows()[at]?.meaning]);
      if (defaults.has(name)) expect([name, value]).toEqual([name, defaults.get(name)]);
    }
  });

  it("every example is a value that is allowed", () => {
    const given = Object.fromEntries(
      exampleRows().map(({ name, value }) => [name, value.replaceAll('"', "")]),
    );
    expect(environmentSchema.safeParse(given).error?.issues ?? []).toEqual([]);
  });
});

type ComposeProcess = {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
};

const compose = parse(readFileSync("docker-compose.yml", "utf8"), { merge: true }) as {
  services: Readonly<Record<string, ComposeProcess>>;
};

/** What compose makes of ${NAME:-default} and ${NAME:?message}. */
function fillIn(
  environment: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const value = (text: string) =>
    text.replace(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name: string, kind: string, rest: string) => {
      if (kind === "?" && !given[name]) throw new Error(rest);
      return given[name] || rest;
    });
  return Object.fromEntries(Object.entries(environment).map(([name, text]) => [name, value(text)]));
}

describe("docker-compose.yml", () => {
  const parts = composeParts();
  const own = ["x-environment", "migrate", "api", "worker", "scheduler"];

  it("sets only variables that the code reads", () => {
    const names = own.flatMap((part) =>
      [...(parts.get(part) ?? "").matchAll(/^ +([A-Z][A-Z0-9_]+):/gm)].map((match) => match[1] ?? ""),
    );
    expect(names).toEqual(
      expect.arrayContaining(["DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL", "PORT"]),
    );
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });

  it("gives each variable its own name from the environment, with the code's default", () => {
    const text = readFileSync("docker-compose.yml", "utf8");
    for (const [, name = "", from = "", value = ""] of text.matchAll(
      /^ +([A-Z0-9_]+): \$\{([A-Z0-9_]+):-(.*)\}$/gm,
    )) {
      expect(from).toBe(name);
      if (name !== "PUBLIC_URL") expect([name, value]).toEqual([name, defaults.get(name) ?? ""]);
    }
  });

  it("hands each process every variable that it reads", () => {
    const byImage = ["BILLWRIGHT_DATA_DIR", "CHROMIUM_PATH"];
    const ofApi = ["ADMIN_EMAIL", "ADMIN_PASSWORD", "BOOTSTRAP_API_KEY", "PORT", "TRUST_PROXY"];
    const ofWorker = ["INVOICE_BATCH_SIZE", "WORKER_PORT", "WORKER_QUEUES"];
    const ofTests = ["FAILPOINT_DIR", "JOB_RETRY_SCALE", "SENDGRID_API_BASE", "STRIPE_API_BASE"];
    const ofAll = known.filter(
      (name) => ![...byImage, ...ofApi, ...ofWorker, ...ofTests, "MIGRATION_DATABASE_URL"].includes(name),
    );
    const given = (name: string) => Object.keys(compose.services[name]?.environment ?? {}).sort();
    expect(given("api")).toEqual([...ofAll, ...ofApi].sort());
    expect(given("worker")).toEqual([...ofAll, ...ofWorker].sort());
    expect(given("scheduler")).toEqual([...ofAll].sort());
    expect(given("migrate")).toEqual(["DATABASE_URL", "MIGRATION_DATABASE_URL"]);
  });

  it("starts every process with nothing but the two passwords", () => {
    const passwords = { BILLWRIGHT_DB_PASSWORD: "secret1", BILLWRIGHT_DB_OWNER_PASSWORD: "secret2" };
    for (const name of ["migrate", "api", "worker", "scheduler"]) {
      const config = readConfig(fillIn(compose.services[name]?.environment ?? {}, passwords));
      expect([name, config.DATABASE_URL]).toEqual([
        name,
        "postgres://billwright:secret1@postgres:5432/billwright",
      ]);
    }
    expect(() => fillIn(compose.services["api"]?.environment ?? {}, {})).toThrow(
      "the password of the application's login",
    );
  });

  it("starts the Procfile's processes from a file system that is read only", () => {
    const commands = ["migrate", "api", "worker", "scheduler"].map((name) =>
      compose.services[name]?.command?.join(" "),
    );
    const lines = readFileSync("Procfile", "utf8").trim().split("\n");
    expect(commands).toEqual(lines.map((line) => line.split(": ")[1]));
    for (const name of ["api", "worker", "scheduler"]) {
      const { read_only, cap_drop, tmpfs, volumes } = compose.services[name] ?? {};
      expect([name, read_only, cap_drop, tmpfs, volumes]).toEqual([
        name,
        true,
        ["ALL"],
        ["/tmp"],
        ["files:/data"],
      ]);
    }
  });

  it("starts entry points that exist, one for each process", () => {
    const commands = [
      ...readFileSync("docker-compose.yml", "utf8").matchAll(/command: \["node", "([^"]+)"/g),
    ];
    const files = commands.map((match) => match[1] ?? "");
    expect(files).toHaveLength(4);
    expect(files.filter((file) => !entryExists(file))).toEqual([]);
  });

  it("keeps Redis from forgetting jobs", () => {
    expect(parts.get("redis")).toContain('"--maxmemory-policy", "noeviction"');
  });
});

describe("Procfile, package.json and the image", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };

  it("the Procfile names the four kinds of processes by files that exist", () => {
    const lines = readFileSync("Procfile", "utf8").trim().split("\n");
    const processes = new Map(lines.map((line) => line.split(": ") as [string, string]));
    expect([...processes.keys()].sort()).toEqual(["release", "scheduler", "web", "worker"]);
    for (const command of processes.values()) {
      expect(command).toMatch(/^node \S+/);
      expect([command, entryExists(command.split(" ")[1] ?? "")]).toEqual([command, true]);
    }
    expect([scripts["api"], scripts["worker"], scripts["scheduler"], scripts["db:migrate"]]).toEqual([
      ...[
        processes.get("web"),
        processes.get("worker"),
        processes.get("scheduler"),
        processes.get("release"),
      ],
    ]);
  });

  it("every script of package.json starts a file or tool that exists", () => {
    for (const [name, command] of Object.entries(scripts)) {
      const [tool = "", ...words] = command.split(" ");
      const file = words.find((word) => /\.(cjs|js|m?ts)$/.test(word) && word.includes("/"));
      if (tool !== "node") expect([name, existsSync(`node_modules/.bin/${tool}`)]).toEqual([name, true]);
      if (tool === "node" || tool === "tsx") expect([name, entryExists(file ?? "")]).toEqual([name, true]);
    }
  });

  const stages = readDockerfile(readFileSync(".docker/Dockerfile", "utf8"));
  const last = stages.at(-1)?.instructions ?? [];
  const given = (name: string) => last.find((each) => each.name === name)?.value;
  const copied = stages
    .flatMap(({ instructions }) => instructions.filter(({ name }) => name === "COPY"))
    .map(({ value }) => readCopy(value))
    .flatMap(({ from, sources }) => (from === undefined ? sources : []));

  it("the image copies what exists, sets what is read, and is not run by root", () => {
    expect(copied.length).toBeGreaterThan(5);
    expect(copied.filter((path) => !existsSync(path))).toEqual([]);
    const set = [...(given("ENV") ?? "").matchAll(/([A-Z_]+)=/g)].map((match) => match[1] ?? "");
    expect(set.filter((name) => !known.includes(name))).toEqual(["NODE_ENV"]);
    expect(given("USER")).toBe("node");
    expect(entryExists(/^\["node", "(.+)"\]$/.exec(given("CMD") ?? "")?.[1] ?? "")).toBe(true);
  });

  it("the image, compose and the code speak of one port", () => {
    const port = defaults.get("PORT");
    expect(given("EXPOSE")).toBe(port);
    expect(compose.services["api"]?.environment?.["PORT"]).toBe(port);
    expect(compose.services["api"]?.ports).toEqual([`127.0.0.1:${port}:${port}`]);
    expect(compose.services["api"]?.healthcheck?.test.at(-1)).toContain(`127.0.0.1:${port}/health/ready`);
  });

  it("the build sees what the Dockerfile copies, and no secret, no package and nothing that is made", () => {
    const isOut = createDockerIgnore(readFileSync(".dockerignore", "utf8"));
    const tracked = execFileSync("git", ["ls-files"], { encoding: "utf8" }).trim().split("\n");
    const needed = tracked.filter((path) =>
      copied.some((each) => path === each || path.startsWith(`${each}/`)),
    );
    expect(needed.length).toBeGreaterThan(500);
    expect(needed.filter(isOut)).toEqual([]);
    expect(tracked.filter((path) => !needed.includes(path) && !isOut(path))).toEqual([]);
    const kept = [
      ...[".env", ".env.local", ".npmrc", ".git/config", "node_modules/a.js", "dist/a.js", "npm-debug.log"],
      ...[".billwright/connection.json", "apps/api/.env", "apps/api/.env.live", "libs/node_modules/a.js"],
      ...[
        "libs/platform/stripe.pem",
        "prisma/tls.key",
        "prisma/generated/client.ts",
        ".config/.npmrc",
        "id_rsa",
      ],
    ];
    expect(kept.filter((path) => !isOut(path))).toEqual([]);
  });
});
