// Adds to package-lock.json the optional packages of other platforms that a mirror does not carry, so that the
// lock file is the same everywhere: `npm ci` refuses one in which an optional package is missing. Run it after `npm install`.
const { readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const systems = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const processors = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64"];

const path = join(__dirname, "../package-lock.json");
const lock = JSON.parse(readFileSync(path, "utf8"));
const added = [];
for (const [folder, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(folder, name)) continue;
    const words = name.split(/[/-]/);
    const os = systems.find((system) => words.includes(system));
    const cpu = processors.find((processor) => words.includes(processor));
    if (os === undefined || cpu === undefined || !/^\d+\.\d+\.\d+[\w.-]*$/.test(version)) {
      throw new Error(`${name}@${version}, wanted by ${folder}: no exact version, system and processor`);
    }
    const dev = entry.dev === true ? { dev: true } : {};
    lock.packages[`node_modules/${name}`] = { version, cpu: [cpu], ...dev, optional: true, os: [os] };
    added.push(name);
  }
}
const [[rootName, rootEntry], ...others] = Object.entries(lock.packages);
others.sort(([left], [right]) => left.localeCompare(right, "en"));
lock.packages = Object.fromEntries([[rootName, rootEntry], ...others]);
if (added.length > 0) writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added.length} packages added\n`);

/** Looks where Node would look: beside the wanting package's own packages, then one level up each time. */
function isLocked(folder, name) {
  for (let at = folder; ; at = at.slice(0, Math.max(0, at.lastIndexOf("node_modules/") - 1))) {
    const prefix = at === "" ? "" : `${at}/`;
    if (lock.packages[`${prefix}node_modules/${name}`] !== undefined) return true;
    if (at === "") return false;
  }
}
