/** @jest-config-loader esbuild-register */
import type { Config } from "jest";

const config: Config = {
  roots: ["<rootDir>/apps", "<rootDir>/libs", "<rootDir>/prisma"],
  testMatch: ["**/*.test.ts"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        jsc: { target: "es2023", parser: { syntax: "typescript" } },
        module: { type: "commonjs" },
        sourceMaps: "inline",
      },
    ],
    // ES modules that Jest on Node 20 cannot require by itself.
    "node_modules/(temporal-(polyfill|utils)|@prisma/schema-engine-wasm)/.+\\.js$": [
      "@swc/jest",
      { jsc: { target: "es2023" }, module: { type: "commonjs" } },
    ],
  },
  transformIgnorePatterns: ["/node_modules/(?!(temporal-(polyfill|utils)|@prisma/schema-engine-wasm)/)"],
  moduleFileExtensions: ["ts", "js", "cjs", "mjs", "json"],
  testEnvironment: "node",
  testEnvironmentOptions: { customExportConditions: ["source", "node", "require", "default"] },
  modulePathIgnorePatterns: ["<rootDir>/dist", "<rootDir>/.billwright"],
  globalSetup: "<rootDir>/libs/testkit/global-setup.ts",
  globalTeardown: "<rootDir>/libs/testkit/global-teardown.ts",
  maxWorkers: 2,
  testTimeout: 30_000,
};

export default config;
