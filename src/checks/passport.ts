import { htmlDocument, selfContained } from '../pages/document.ts';
import { escapeHtml } from '../pages/html-page.ts';
import { pageStyle } from '../pages/style.ts';
import type { CheckReport, CheckResult, Outcome } from './result.ts';

interface Section {
  readonly outcome: Outcome;
  readonly heading: string;
  readonly mark: string;
  readonly tone: string;
  /** What there is to say when nothing is in it; null leaves it out. */
  readonly none: string | null;
}

const sections: readonly Section[] = [
  { outcome: 'fail', heading: 'Broken', mark: '✗', tone: 'bad', none: 'Nothing that was seen is broken.' },
  { outcome: 'warn', heading: 'Warnings', mark: '!', tone: 'warn', none: null },
  { outcome: 'pass', heading: 'Held', mark: '✓', tone: 'good', none: 'Nothing was seen that holds a rule.' },
  { outcome: 'skip', heading: 'Not seen', mark: '–', tone: 'calm', none: null },
];

const passportStyle = `
body { justify-content: flex-start; }
main { max-width: 56rem; }
.warn { --tone: var(--on-badge); --tone-ground: var(--badge); }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 1rem 1.25rem; }
header .mark { margin: 0; font-size: 1.5rem; font-weight: 700; }
header p { margin-top: .25rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: .75rem 1.5rem; padding: 1rem 0; border-bottom: 1px solid var(--edge); }
.facts div { display: block; padding: 0; border: 0; }
.facts dt { font-size: .8125rem; }
.facts dd { font-size: .9375rem; }
h2 { display: flex; align-items: baseline; gap: .625rem; margin-top: 2.25rem; font-size: 1.1875rem; color: var(--tone); }
h2 small { padding: 0 .5625rem; border-radius: 99px; background: var(--tone-ground); font-size: .8125rem; line-height: 1.6; }
ul { list-style: none; padding: 0; margin-top: .75rem; display: grid; gap: .5rem; }
li { border: 1px solid var(--edge); border-radius: 12px; overflow: hidden; }
.bad li { border-left: 4px solid var(--tone); }
.good ul, .calm ul { gap: 0; border-top: 1px solid var(--edge); }
.good li, .calm li { border: 0; border-bottom: 1px solid var(--edge); border-radius: 0; }
summary { display: grid; grid-template-columns: 1.25rem 1fr auto; gap: .125rem .625rem; align-items: baseline; padding: .5625rem .875rem; cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary:hover { background: var(--faint); }
summary:focus-visible { outline: 3px solid var(--accent); outline-offset: -3px; }
summary span { color: var(--tone); font-weight: 700; }
summary code { color: var(--soft); font-size: .8125rem; }
.bad summary b, .warn summary b { font-weight: 600; }
.good summary b, .calm summary b { font-weight: 400; }
li dl { margin: 0 .875rem .375rem 2.75rem; }
li dl div:last-child { border-bottom: 0; }
@media (max-width: 30rem) {
  summary { grid-template-columns: 1.25rem 1fr; }
  summary code { grid-column: 2; }
  li dl { margin-left: .875rem; }
  li dl div { display: block; }
}
@media print {
  body { padding: 0; background: none; }
  main { max-width: none; padding: 0; border: 0; box-shadow: none; }
  li { break-inside: avoid; }
  h2 { break-after: avoid; }
}
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
  const broken = results.filter(({ outcome }) => outcome === 'fail').length;
  const verdict = broken === 0 ? 'Everything that was seen is as it must be.' : `${broken} broken.`;
  return htmlDocument({
    title: 'Integration passport',
    head: [selfContained, `<style>${pageStyle}${passportStyle}</style>`],
    body: `<main>
<header class="${broken === 0 ? 'good' : 'bad'}"><div class="mark" aria-hidden="true">${broken === 0 ? '✓' : '✗'}</div>
<div><h1>Integration passport</h1><p>${verdict} Made by <code>${escapeHtml(command)}</code></p></div></header>
<dl class="facts">${facts.map(row).join('')}</dl>
${notes.map((note) => `<p class="next">${escapeHtml(note)}</p>\n`).join('')}${sections.map((section) => sectionOf(section, results)).join('')}</main>`,
  });
}

function sectionOf(section: Section, results: readonly CheckResult[]): string {
  const { heading, tone, none, outcome } = section;
  const own = results.filter((result) => result.outcome === outcome);
  if (own.length === 0 && none === null) return '';
  const items = own.map((result) => item(result, section)).join('\n');
  const list = own.length === 0 ? `<p>${none}</p>` : `<ul>\n${items}\n</ul>`;
  return `<section class="${tone}"><h2>${heading} <small>${own.length}</small></h2>\n${list}</section>\n`;
}

function item({ id, title, particulars }: CheckResult, { mark, outcome }: Section): string {
  const label = `<span aria-hidden="true">${mark}</span><b>${escapeHtml(title)}</b><code>${escapeHtml(id)}</code>`;
  const open = outcome === 'fail' ? ' open' : '';
  return `<li><details${open}><summary>${label}</summary><dl>${particulars.map(row).join('')}</dl></details></li>`;
}

function row([name, value]: readonly [name: string, value: string]): string {
  const lines = value.split('\n').map(escapeHtml).join('<br>');
  return `<div><dt>${escapeHtml(name)}</dt><dd>${lines}</dd></div>`;
}
