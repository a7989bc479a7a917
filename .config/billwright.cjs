#!/usr/bin/env node
// Starts the command line from the sources where they are, else (in an image) the compiled one.
const { existsSync } = require("node:fs");
const { constants } = require("node:os");
const { join } = require("node:path");
const { spawn } = require("node:child_process");

const root = join(__dirname, "..");
const compiled = join(root, "dist/apps/cli/main.js");
const source = join(root, "apps/cli/main.ts");
const fromSource = existsSync(source) && process.env.BILLWRIGHT_COMPILED !== "1";
const args = fromSource ? ["--conditions=source", "--import", require.resolve("tsx"), source] : [compiled];
// The AWS SDK warns of a Node.js that later versions of it drop; which one we need is said in package.json.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
const child = spawn(process.execPath, [...args, ...process.argv.slice(2)], { stdio: "inherit" });
// Whoever stops us means the command. A terminal tells it by itself too; it takes both for one.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
});
