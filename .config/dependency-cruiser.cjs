// Who may import whom (README of the repository, "The house"). An arrow that is not listed here is an error.
const test = "\\.test\\.ts$";
const testOnly = [test, "^libs/testkit/"];
const prisma = "(^prisma/generated/|node_modules/(@prisma|prisma)/)";

/** A layer may import itself and `allowed` layers; its tests may build their world from anything. */
const layer = (name, allowed) => ({
  name: `${name}-arrows`,
  comment: `libs/${name} may import: ${[name, ...allowed].join(", ")}`,
  severity: "error",
  from: { path: `^libs/${name}/`, pathNot: test },
  to: {
    path: "^(apps|libs)/",
    pathNot: `^libs/(${[name, ...allowed].join("|")})/`,
  },
});

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "everything-resolves", severity: "error", from: {}, to: { couldNotResolve: true } },
    layer("core", []),
    layer("data", ["core"]),
    layer("platform", ["core"]),
    layer("billing", ["data", "core", "platform"]),
    layer("jobs", ["billing", "platform", "core"]),
    {
      name: "core-packages",
      comment: "libs/core is pure: decimal.js, temporal-polyfill and hashes, nothing else",
      severity: "error",
      from: { path: "^libs/core/", pathNot: test },
      to: { pathNot: "^libs/core/|node_modules/(decimal\\.js|temporal-polyfill)/|^(node:)?crypto$" },
    },
    {
      name: "libs-never-import-apps",
      severity: "error",
      from: { path: "^libs/", pathNot: testOnly },
      to: { path: "^apps/" },
    },
    {
      name: "apps-apart",
      comment: "a process stands alone; the command line and the benchmarks start the others",
      severity: "error",
      from: { path: "^apps/([^/]+)/", pathNot: [test, "^apps/(cli|bench)/"] },
      to: {
        path: "^apps/",
        pathNot: [
          "^apps/$1/",
          "^apps/api/client/",
          "^apps/(assert-master-keys|build-deps|run-process|schedule-settings)\\.ts$",
        ],
      },
    },
    {
      name: "sandbox-stands-outside",
      comment: "the sandbox plays other people's servers, so it knows nothing of our billing",
      severity: "error",
      from: { path: "^apps/sandbox/" },
      to: { path: "^libs/(billing|data|jobs)/" },
    },
    {
      name: "prisma-only-in-data",
      severity: "error",
      from: { path: "^(apps|libs)/", pathNot: "^libs/data/" },
      to: { path: prisma },
    },
    {
      name: "pg-only-in-data",
      comment: "libs/data, the queue backend and the embedded start; tests may prove things by SQL",
      severity: "error",
      from: {
        path: "^(apps|libs)/",
        pathNot: [...testOnly, "^libs/data/", "^libs/platform/(queue|postgres)/"],
      },
      to: { path: "node_modules/(@types/)?pg/" },
    },
    {
      name: "testkit-only-in-tests",
      severity: "error",
      from: { pathNot: [...testOnly, "^apps/bench/"] },
      to: { path: "^libs/testkit/" },
    },
    {
      name: "client-stands-outside",
      comment: "what asks the API over HTTP is no part of what answers",
      severity: "error",
      from: { path: "^(apps|libs)/", pathNot: [...testOnly, "^apps/(bench|tour|api/client)/"] },
      to: { path: "^apps/api/client/" },
    },
    {
      name: "no-dev-packages-at-run-time",
      severity: "error",
      from: { path: "^(apps|libs)/", pathNot: [...testOnly, "^apps/(bench|tour|api/client)/"] },
      to: { dependencyTypes: ["npm-dev"], pathNot: "node_modules/@types/" },
    },
  ],
  options: {
    parser: "swc",
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: ["node_modules", "^prisma/generated/"] },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["source", "node", "require", "import", "default"],
    },
  },
};
