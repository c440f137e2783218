import { expect, it } from 'vitest';
import { junitReport } from '../../src/checks/junit.ts';
import { aReport } from '../support/webhook/check-report.ts';

const xml = junitReport(aReport);

it('counts failures and what was not judged', () => {
  expect(xml).toContain('tests="4" failures="1" errors="0" skipped="1" time="0.007"');
});

it('is XML whatever the handler said', () => {
  expect(xml).toContain('name="revento webhook check http://h/?a=1&amp;b=2"');
  expect(xml).toContain('<failure message="got HTTP 500 &lt;&amp;&quot;&gt;">');
  expect(xml).toContain('<skipped message="not judged: HTTP 429"/>');
  expect(xml).not.toContain('\u0007');
});

it('puts a warning and the remarks into the output', () => {
  expect(xml).toMatch(/name="three: may do so"[^>]*>\n {6}<system-out>got: odd<\/system-out>/);
  expect(xml).toContain('<system-out>note: said once &lt;b&gt;</system-out>');
});
