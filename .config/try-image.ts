// npm run image:try: builds and starts the image without a Docker engine, as far as that goes. Each RUN and COPY of the
// Dockerfile is done in clean folders that stand for its stages, by this machine's Node.js; Debian packages are only looked
// up. Then compose's processes run from the last folder as the image's user, with compose's environment, on an embedded
// PostgreSQL. Takes some minutes; everything lies in a temporary folder.
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { parse } from "yaml";
import { freePort, startEmbeddedPostgres } from "#libs/platform/postgres/embedded-postgres.ts";
import {
  createDockerIgnore,
  type DockerInstruction,
  readCopy,
  readDockerfile,
} from "#libs/testkit/dockerfile.ts";

const root = join(__dirname, "..");
const boundMs = 120_000;
const isRoot = process.getuid?.() === 0;
/** Of `node` in Node's images. Who is not root can be nobody else. */
const owner = isRoot ? { uid: 1000, gid: 1000 } : {};
const say = (line: string) => process.stdout.write(`${line}\n`);

interface Stage {
  readonly folder: string;
  workDir: string;
  user: string;
  readonly environment: Record<string, string>;
}

async function main(): Promise<void> {
  const top = mkdtempSync(join(tmpdir(), "billwright-image-"));
  chmodSync(top, 0o755);
  try {
    const context = join(top, "context");
    say(`context: ${copyContext(context)} files`);
    const stages = new Map<string, Stage>();
    let last: Stage | undefined;
    let command: string[] = [];
    for (const { name, instructions } of readDockerfile(
      readFileSync(join(root, ".docker/Dockerfile"), "utf8"),
    )) {
      last = { folder: join(top, `stage-${stages.size}`), workDir: "/", user: "root", environment: {} };
      mkdirSync(last.folder);
      stages.set(name, last);
      for (const instruction of instructions) follow(instruction, last, stages, context);
      command = JSON.parse(instructions.find((each) => each.name === "CMD")?.value ?? "[]") as string[];
    }
    if (last === undefined || last.user === "root") throw new Error("the image runs as root");
    refuseLeftovers(last);
    await startProcesses(last, command, top);
    say("the image can be built, and its processes start, answer, print and stop");
  } finally {
    rmSync(top, { recursive: true, force: true });
  }
}

/** What `docker build` would send: the working tree without what .dockerignore keeps out. */
function copyContext(context: string): number {
  const isOut = createDockerIgnore(readFileSync(join(root, ".dockerignore"), "utf8"));
  let files = 0;
  for (const name of readdirSync(root).filter((name) => !isOut(name))) {
    cpSync(join(root, name), join(context, name), {
      recursive: true,
      filter: (from) => {
        const isTaken = !isOut(relative(root, from));
        if (isTaken) files += 1;
        return isTaken;
      },
    });
  }
  return files;
}

function follow(
  { name, value }: DockerInstruction,
  stage: Stage,
  stages: ReadonlyMap<string, Stage>,
  context: string,
): void {
  if (name === "WORKDIR") {
    stage.workDir = value;
    mkdirSync(join(stage.folder, value), { recursive: true });
  } else if (name === "USER") stage.user = value;
  else if (name === "ENV")
    for (const [, key = "", text = ""] of value.matchAll(/([A-Z_]+)=(\S+)/g)) stage.environment[key] = text;
  else if (name === "COPY") {
    const { from, sources, target } = readCopy(value);
    const place = from === undefined ? context : (stages.get(from)?.folder ?? "");
    for (const source of sources)
      copy(join(place, source), join(stage.folder, stage.workDir, target), sources.length);
  } else if (name === "RUN") for (const part of value.split(" && ")) run(part.trim(), stage);
  else if (name === "HEALTHCHECK")
    throw new Error("one image for all processes: each one's health is compose's");
  if (!["FROM", "EXPOSE", "VOLUME", "STOPSIGNAL"].includes(name)) say(`${name} ${value.slice(0, 100)}`);
}

/** A folder's content goes into the target, a file into it when it is one of several or the target ends with a slash. */
function copy(source: string, target: string, many: number): void {
  const isFolder = execFileSync("ls", ["-ld", source], { encoding: "utf8" }).startsWith("d");
  mkdirSync(many > 1 || target.endsWith("/") || isFolder ? target : dirname(target), { recursive: true });
  execFileSync("cp", ["-R", isFolder ? `${source}/.` : source, target]);
}

/** One command of a RUN, its absolute paths inside the stage's folder. */
function run(part: string, stage: Stage): void {
  if (/^(apt-get update|rm -rf \/var\/lib\/apt\/lists)/.test(part)) return;
  const packages = /^apt-get install (.+)$/.exec(part)?.[1];
  if (packages !== undefined) {
    lookUp(packages.split(" ").filter((word) => !word.startsWith("-")));
    return;
  }
  const owners = isRoot ? `${owner.uid}:${owner.gid}` : `${process.getuid?.()}:${process.getgid?.()}`;
  const words = part.replace(/ \/(?=\w)/g, ` ${stage.folder}/`).replace(/\bnode:node\b/, owners);
  const environment = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...stage.environment };
  const { status, stdout, stderr } = spawnSync("sh", ["-c", words], {
    ...{ cwd: join(stage.folder, stage.workDir), env: environment, encoding: "utf8" as const },
  });
  if (status !== 0)
    throw new Error(`${part} ended with ${status}:\n${stdout.slice(-2_000)}${stderr.slice(-2_000)}`);
}

function lookUp(packages: readonly string[]): void {
  for (const name of packages) {
    const found = spawnSync("apt-cache", ["show", name], { encoding: "utf8" });
    if (found.error !== undefined) say(`  not looked up, as there is no apt here: ${name}`);
    else if (found.status === 0) say(`  Debian has ${name} ${/^Version: (.+)$/m.exec(found.stdout)?.[1]}`);
    else throw new Error(`Debian has no package ${name} (or its lists are empty: apt-get update)`);
  }
}

/** What must not be in an image: development packages, sources, and files that are nobody's but the builder's. */
function refuseLeftovers({ folder, workDir }: Stage): void {
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  const paths = [
    ...Object.keys(devDependencies).map((name) => `node_modules/${name}`),
    "apps",
    "libs",
    ".env",
    ".git",
  ];
  const there = paths.filter((path) => existsSync(join(folder, workDir, path)));
  // Packages that run time needs too, through others.
  const also = there.filter((path) => !isNeeded(join(folder, workDir), path));
  if (also.length > 0) throw new Error(`left in the image: ${also.join(", ")}`);
  say(`size: ${execFileSync("du", ["-sh", folder], { encoding: "utf8" }).split("\t")[0]}`);
}

function isNeeded(appDir: string, path: string): boolean {
  const listed = spawnSync("npm", ["ls", "--omit=dev", "--json", path.replace("node_modules/", "")], {
    ...{ cwd: appDir, encoding: "utf8" as const },
  });
  return path.startsWith("node_modules/") && "dependencies" in (JSON.parse(listed.stdout) as object);
}

type ComposeProcess = {
  readonly command: string[];
  readonly environment: Record<string, string>;
  readonly healthcheck?: { readonly test: string[] };
};

async function startProcesses(stage: Stage, imageCommand: readonly string[], top: string): Promise<void> {
  const text = readFileSync(join(root, "docker-compose.yml"), "utf8");
  const { services: described } = parse(text, { merge: true }) as {
    services: Record<string, ComposeProcess>;
  };
  const of = (name: string) => described[name] as ComposeProcess;
  if (of("api").command.join(" ") !== imageCommand.join(" ")) throw new Error("CMD is not compose's api");
  const server = await startEmbeddedPostgres({
    dir: join(top, "pg"),
    database: "billwright",
    durable: false,
  });
  const port = String(await freePort(3000));
  const seen = (name: string) => environmentOf(of(name), stage, { ...server, port });
  const running: [string, ChildProcess][] = [];
  try {
    await succeed("migrate", start(of("migrate").command, seen("migrate"), stage));
    for (const [name, word] of [
      ["api", "api listening"],
      ["worker", "worker started"],
      ["scheduler", "scheduler started"],
    ] as const) {
      const child = start(of(name).command, seen(name), stage);
      running.push([name, child]);
      await said(name, child, word);
    }
    const [, ...check] = (of("api").healthcheck?.test ?? []).map((word) =>
      word.replace(":3000/", `:${port}/`),
    );
    await succeed("health check", start(check, seen("api"), stage));
    await print(stage, seen("worker"));
  } finally {
    for (const [name, child] of running) {
      if (child.exitCode === null) child.kill("SIGTERM");
      const [code] =
        child.exitCode === null ? ((await once(child, "exit")) as [number | null]) : [child.exitCode];
      say(`${name} ended with ${code}`);
      if (code !== 0) process.exitCode = 1;
    }
    await server.stop();
  }
  if (process.exitCode === 1) throw new Error("SIGTERM did not end every process with 0");
}

/** Compose's variables as compose fills them in, with what stands for other containers and for the image's paths. */
function environmentOf(
  { environment }: ComposeProcess,
  stage: Stage,
  at: { readonly url: string; readonly ownerUrl: string; readonly port: string },
): Record<string, string> {
  const filled = Object.entries(environment).map(([name, value]) => [
    name,
    value.replace(/\$\{\w+:[-?]([^}]*)\}/g, "$1"),
  ]);
  const { CHROMIUM_PATH: browser = "", BILLWRIGHT_DATA_DIR: data = "", ...image } = stage.environment;
  const seen: Record<string, string> = {
    ...{ PATH: process.env["PATH"] ?? "", ...image, ...Object.fromEntries(filled) },
    ...{ DATABASE_URL: at.url, BILLWRIGHT_DATA_DIR: join(stage.folder, data) },
    ...(existsSync(browser) ? { CHROMIUM_PATH: browser } : {}),
    ...("PORT" in environment ? { PORT: at.port } : {}),
    ...("MIGRATION_DATABASE_URL" in environment ? { MIGRATION_DATABASE_URL: at.ownerUrl } : {}),
  };
  delete seen["REDIS_URL"]; // the queues live in PostgreSQL then
  return seen;
}

function start(command: readonly string[], environment: Record<string, string>, stage: Stage): ChildProcess {
  const [file = "", ...args] = command;
  const executable = file === "node" ? process.execPath : file;
  return spawn(executable, args, {
    ...{ cwd: join(stage.folder, stage.workDir), env: environment, ...owner },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Waits for words in the process's output, or, without any, for its end with 0. */
function said(name: string, child: ChildProcess, word?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const fail = (why: string) => reject(new Error(`${name} ${why}:\n${output.slice(-2_000)}`));
    const bound = setTimeout(() => {
      child.kill("SIGKILL");
      fail(`took longer than ${boundMs / 1_000} s`);
    }, boundMs);
    let isDone = false;
    const done = () => {
      if (isDone) return;
      isDone = true;
      clearTimeout(bound);
      say(`${name}: ${word ?? "ended with 0"}`);
      resolve(output);
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (word !== undefined && output.includes(word)) done();
      });
    }
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code) => {
      clearTimeout(bound);
      if (word === undefined && code === 0) done();
      else fail(`ended with ${code}`);
    });
  });
}

const succeed = (name: string, child: ChildProcess) => said(name, child);

/** The doctor prints a sample invoice with the browser that the image's settings lead to. */
async function print(stage: Stage, environment: Record<string, string>): Promise<void> {
  const child = start(["node", ".config/billwright.cjs", "doctor", "--json"], environment, stage);
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  await once(child, "close");
  const findings = JSON.parse(output) as { check: string; level: string; detail: string }[];
  for (const { check, level, detail } of findings.filter((each) => each.level !== "ok"))
    say(`doctor: ${level} ${check}: ${detail}`);
  const pdf = findings.find(({ check }) => check === "pdf");
  if (pdf?.level !== "ok") throw new Error(`no PDF: ${JSON.stringify(pdf)}`);
  say(`pdf: ${pdf.detail}`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
