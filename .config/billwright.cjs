#!/usr/bin/env node
// Starts the command line: the compiled one when `npm run build` has made it, else the sources.
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const { spawnSync } = require("node:child_process");

const root = join(__dirname, "..");
const compiled = join(root, "dist/apps/cli/main.js");
const fromSource = process.env.BILLWRIGHT_FROM_SOURCE === "1" || !existsSync(compiled);
const args = fromSource
  ? ["--conditions=source", "--import", require.resolve("tsx"), join(root, "apps/cli/main.ts")]
  : [compiled];
process.on("SIGINT", () => {});
const child = spawnSync(process.execPath, [...args, ...process.argv.slice(2)], { stdio: "inherit" });
process.exit(child.status ?? 130);
