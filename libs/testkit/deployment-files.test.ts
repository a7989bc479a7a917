import { existsSync, readFileSync } from "node:fs";
import { environmentSchema } from "#libs/platform/environment.ts";

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

  it("the image copies what exists, sets what is read, and is not run by root", () => {
    const text = readFileSync(".docker/Dockerfile", "utf8");
    const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) =>
      (match[1] ?? "").split(" "),
    );
    expect(copied.length).toBeGreaterThan(5);
    expect(copied.filter((path) => !existsSync(path))).toEqual([]);
    const set = [...text.matchAll(/^(?:ENV| {4}) ?([A-Z_]+)=/gm)].map((match) => match[1] ?? "");
    expect(set.filter((name) => name !== "NODE_ENV" && !known.includes(name))).toEqual([]);
    expect(text).toMatch(/^USER node$/m);
    expect(entryExists(/^CMD \["node", "(.+)"\]$/m.exec(text)?.[1] ?? "")).toBe(true);
  });
});
