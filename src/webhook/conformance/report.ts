import type { Json } from '../../json/value.ts';
import type { CaseResult } from './bench.ts';

/** Counts of a run. Wire names. */
export interface Score {
  readonly passed: number;
  readonly warned: number;
  readonly failed: number;
}

export function scoreOf(results: readonly CaseResult[]): Score {
  const count = (wanted: CaseResult['outcome']) => results.filter(({ outcome }) => outcome === wanted).length;
  return { passed: count('pass'), warned: count('warn'), failed: count('fail') };
}

/** A run as one JSON document. */
export function jsonReport(url: string, results: readonly CaseResult[]): Json {
  return {
    url,
    ...scoreOf(results),
    cases: caseRows(results),
  };
}

/** Each case and what came of it. Wire names. */
export function caseRows(results: readonly CaseResult[]): readonly Json[] {
  return results.map(({ test, outcome, got, durationMs }) => ({
    id: test.id,
    title: test.title,
    outcome,
    sent: test.sent,
    wanted: test.wanted,
    got,
    why: test.why,
    fix: test.fix,
    duration_ms: durationMs,
  }));
}

/** A run in the Test Anything Protocol, version 13: one line a case, the particulars of a failed one as YAML. */
export function tapReport(results: readonly CaseResult[]): string {
  const lines = ['TAP version 13', `1..${results.length}`];
  for (const [index, { test, outcome, got, durationMs }] of results.entries()) {
    const state = outcome === 'fail' ? 'not ok' : 'ok';
    lines.push(`${state} ${index + 1} - ${test.id}: ${test.title.replaceAll('#', '\\#')}`);
    if (outcome === 'pass') continue;
    const rows = { severity: outcome, sent: test.sent, wanted: test.wanted, got, why: test.why, fix: test.fix };
    lines.push('  ---');
    // A JSON string is a YAML string.
    for (const [name, value] of Object.entries(rows)) lines.push(`  ${name}: ${JSON.stringify(value)}`);
    lines.push(`  duration_ms: ${durationMs}`, '  ...');
  }
  return `${lines.join('\n')}\n`;
}

/** A run as JUnit XML: a failed case is a failure, a warning goes into its output. */
export function junitReport(url: string, results: readonly CaseResult[]): string {
  const { failed } = scoreOf(results);
  const seconds = (ms: number) => (ms / 1000).toFixed(3);
  const total = results.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const cases = results.map(({ test, outcome, got, durationMs }) => {
    const open = `    <testcase classname="revento.webhook" name="${xml(`${test.id}: ${test.title}`)}" time="${seconds(durationMs)}"`;
    if (outcome === 'pass') return `${open}/>`;
    const text = xml(`sent: ${test.sent}\nwanted: ${test.wanted}\ngot: ${got}\nwhy: ${test.why}\nfix: ${test.fix}`);
    return outcome === 'fail'
      ? `${open}>\n      <failure message="${xml(`wanted ${test.wanted}, got ${got}`)}">${text}</failure>\n    </testcase>`
      : `${open}>\n      <system-out>${text}</system-out>\n    </testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="${xml(`revento webhook check ${url}`)}" tests="${results.length}" failures="${failed}" errors="0" time="${seconds(total)}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function xml(text: string): string {
  return text
    .replace(/[&<>"]/g, (char) => entities[char] ?? '')
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '');
}
