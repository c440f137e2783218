/**
 * Fails where tests were skipped: a machine that lacks something runs less than the whole suite, and CI must not.
 *
 * Usage: node .ci/skips.mjs REPORT [REASON], the file that vitest's JSON reporter has written, and a reason that is accepted
 * where it is part of the test's name: those tests are listed and counted.
 */

import { readFileSync } from 'node:fs';

const [report, reason] = process.argv.slice(2);
const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
const tests = testResults.flatMap(({ name, assertionResults }) =>
  assertionResults.map((test) => ({ ...test, file: name })),
);
const skipped = tests.filter(({ status }) => ['pending', 'skipped', 'todo', 'disabled'].includes(status));
if (tests.length === 0) throw new Error(`${report} holds no tests`);
for (const { file, fullName } of skipped) console.error(`skipped: ${file}: ${fullName}`);
const accepted = skipped.filter(({ fullName }) => reason !== undefined && fullName.includes(reason));
if (accepted.length > 0) console.error(`${accepted.length} of ${tests.length} tests were skipped as "${reason}…"`);
if (skipped.length > accepted.length) {
  console.error(`${skipped.length - accepted.length} of ${tests.length} tests were skipped; CI has to run them all`);
  process.exitCode = 1;
}
