import { expect, it } from 'vitest';
import { htmlReport } from '../../src/checks/html.ts';
import { aReport } from '../support/webhook/check-report.ts';

const html = htmlReport(aReport);

it('is one file that loads and runs nothing', () => {
  expect(html).toMatch(/^<!doctype html>\n/);
  expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  expect(html).not.toMatch(/<script|<link|<img|@import|url\(/);
});

it('escapes what the handler said', () => {
  expect(html).toContain('HTTP 500 &lt;&amp;&quot;&gt;');
  expect(html).toContain('said once &lt;b&gt;');
  expect(html).not.toContain('\u0007');
});

it('says each outcome in a word beside its mark, and opens what needs a look', () => {
  const items = [...html.matchAll(/<li .*?<\/li>/g)].map(([item]) => item);
  expect(items.map((item) => / (pass|failed|warning|not judged)<\/span>/.exec(item)?.[1])).toEqual([
    'pass',
    'failed',
    'warning',
    'not judged',
  ]);
  expect(items.map((item) => item.includes('<details open>'))).toEqual([false, true, true, false]);
});
