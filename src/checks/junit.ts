import { type CheckReport, type CheckResult, scoreOf } from './result.ts';

/** A run as JUnit XML: a failed check is a failure, one that was not judged is skipped, a warning is output. */
export function junitReport({ command, suite, results, notes }: CheckReport): string {
  const { failed, skipped } = scoreOf(results);
  const total = results.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="${xml(command)}" tests="${results.length}" failures="${failed}" errors="0" skipped="${skipped}" time="${seconds(total)}">`,
    ...results.map((result) => testCase(suite, result)),
    ...(notes.length > 0 ? [`    <system-out>${xml(notes.join('\n'))}</system-out>`] : []),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(suite: string, { id, title, outcome, got, particulars, durationMs }: CheckResult): string {
  const open = `    <testcase classname="${xml(suite)}" name="${xml(`${id}: ${title}`)}" time="${seconds(durationMs)}"`;
  const text = xml(particulars.map(([name, value]) => `${name}: ${value}`).join('\n'));
  switch (outcome) {
    case 'pass':
      return `${open}/>`;
    case 'skip':
      return `${open}>\n      <skipped message="${xml(`not judged: ${got}`)}"/>\n    </testcase>`;
    case 'warn':
      return `${open}>\n      <system-out>${text}</system-out>\n    </testcase>`;
    case 'fail':
      return `${open}>\n      <failure message="${xml(`got ${got}`)}">${text}</failure>\n    </testcase>`;
  }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as XML, without the characters that XML has no way to write. */
function xml(text: string): string {
  return text
    .replace(/[&<>"]/g, (char) => entities[char] ?? '')
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '');
}
