/**
 * Fails where tests were skipped: a machine that lacks something runs less than the whole suite, and CI must not.
 *
 * Usage: node .ci/skips.mjs REPORT, the file that vitest's JSON reporter has written.
 */

import { readFileSync } from 'node:fs';

const [report] = process.argv.slice(2);
const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
const tests = testResults.flatMap(({ name, assertionResults }) =>
  assertionResults.map((test) => ({ ...test, file: name })),
);
const skipped = tests.filter(({ status }) => ['pending', 'skipped', 'todo', 'disabled'].includes(status));
if (tests.length === 0) throw new Error(`${report} holds no tests`);
for (const { file, fullName } of skipped) console.error(`skipped: ${file}: ${fullName}`);
if (skipped.length > 0) {
  console.error(`${skipped.length} of ${tests.length} tests were skipped; CI has to run them all`);
  process.exitCode = 1;
}
