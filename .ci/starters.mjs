/**
 * Prints what the tests found about each starter of `revento init`, failed or not.
 *
 * Usage: node .ci/starters.mjs REPORT, the file that vitest's JSON reporter has written.
 */

import { readFileSync } from 'node:fs';

const steps = ['tests', 'check', 'answers', 'certify', 'race', 'kills'];

const [report] = process.argv.slice(2);
const text = readFileSync(report, 'utf8');
const { testResults } = text === '' ? { testResults: [] } : JSON.parse(text);
const marks = testResults.flatMap(({ assertionResults }) => assertionResults.flatMap(({ meta }) => meta.starter ?? []));

const head = ['starter', 'version', ...steps, 'seconds'];
const rows = [...new Set(marks.map(nameOf))].map((name) =>
  rowOf(
    name,
    marks.filter((mark) => nameOf(mark) === name),
  ),
);
const whole = [head, ...rows].filter(({ length }) => length === head.length);
const widths = head.map((_, column) => Math.max(...whole.map((row) => row[column].length)));
for (const row of [head, ...rows]) {
  console.log(
    row
      .map((field, column) => field.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
}
if (rows.length === 0) console.log('(none: the tests did not get that far)');

function nameOf({ language, framework }) {
  return `${language} (${framework})`;
}

function rowOf(name, found) {
  const { lack, version } = found[0];
  if (lack !== undefined) return [name, `not run here: ${lack}`];
  const fields = steps.map((step) => {
    const mark = found.find((one) => one.step === step);
    return mark === undefined ? 'not run' : (mark.found ?? 'FAILED');
  });
  const seconds = found.reduce((sum, mark) => sum + mark.seconds, 0);
  return [name, version, ...fields, seconds.toFixed(0)];
}
