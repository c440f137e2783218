import { escapeHtml } from '../pages/html-page.ts';
import { pageStyle } from '../pages/style.ts';
import type { CheckReport, CheckResult, Outcome } from './result.ts';

const sections = [
  { heading: 'Broken', outcomes: ['fail', 'warn'], tone: 'bad', isOpen: true },
  { heading: 'Held', outcomes: ['pass'], tone: 'good', isOpen: false },
  { heading: 'Not seen', outcomes: ['skip'], tone: 'calm', isOpen: false },
] as const satisfies readonly { heading: string; outcomes: readonly Outcome[]; tone: string; isOpen: boolean }[];

const passportStyle = `
body { justify-content: flex-start; }
main { max-width: 52rem; }
h2 { margin-top: 2rem; font-size: 1.25rem; color: var(--tone); }
ul { list-style: none; padding: 0; margin-top: .5rem; border-top: 1px solid var(--edge); }
li { border-bottom: 1px solid var(--edge); padding: .5rem 0; }
summary { cursor: pointer; }
li code { color: var(--soft); font-size: .8125rem; }
li dl { margin: .5rem 0 .5rem 1rem; }
dd { white-space: pre-wrap; }
@media print { details > dl { display: block; } }
`;

/**
 * A run as a page to hand on: what was held, broken and not seen, by what and when, and no score. One HTML file without
 * script, barred from loading anything.
 *
 * @param facts  name and value of what it was made with, such as versions and date
 */
export function passport(
  { command, results, notes }: CheckReport,
  facts: readonly (readonly [name: string, value: string])[],
): string {
  const isBroken = results.some(({ outcome }) => outcome === 'fail');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Integration passport</title>
<style>${pageStyle}${passportStyle}</style>
</head>
<body class="${isBroken ? 'bad' : 'good'}">
<main>
<h1>Integration passport</h1>
<p><code>${escapeHtml(command)}</code></p>
<dl>${facts.map(row).join('')}</dl>
${notes.map((note) => `<p class="next">${escapeHtml(note)}</p>\n`).join('')}${sections.map((section) => sectionOf(section, results)).join('')}</main>
</body>
</html>
`;
}

function sectionOf(
  { heading, outcomes, tone, isOpen }: (typeof sections)[number],
  results: readonly CheckResult[],
): string {
  const own = results.filter(({ outcome }) => outcomes.some((one) => one === outcome));
  if (own.length === 0) return `<section class="${tone}"><h2>${heading}: none</h2></section>\n`;
  const items = own.map((result) => item(result, isOpen)).join('\n');
  return `<section class="${tone}"><h2>${heading}</h2>\n<ul>\n${items}\n</ul></section>\n`;
}

function item({ id, title, particulars }: CheckResult, isOpen: boolean): string {
  const label = `${escapeHtml(title)} <code>${escapeHtml(id)}</code>`;
  return `<li><details${isOpen ? ' open' : ''}><summary>${label}</summary><dl>${particulars.map(row).join('')}</dl></details></li>`;
}

function row([name, value]: readonly [name: string, value: string]): string {
  return `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`;
}
