// Adds up jest's JSON reports; the last line says what passed. Fails when a run had no tests or left one out.
import { existsSync, readFileSync } from "node:fs";

interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly numPendingTestSuites: number;
}

const problems: string[] = [];
let passed = 0;
let failed = 0;
for (const path of process.argv.slice(2)) {
  if (!existsSync(path)) {
    problems.push(`${path}: the run wrote no report`);
    continue;
  }
  const report = JSON.parse(readFileSync(path, "utf8")) as JestReport;
  const leftOut = report.numPendingTests + report.numTodoTests + report.numPendingTestSuites;
  passed += report.numPassedTests;
  failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
  if (leftOut > 0) problems.push(`${path}: ${leftOut} tests or suites were left out`);
  if (report.numPassedTests + report.numFailedTests === 0) problems.push(`${path}: no test ran`);
}
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`${passed} passed, ${failed + problems.length} failed\n`);
process.exitCode = failed + problems.length > 0 || passed === 0 ? 1 : 0;
