import { htmlDocument, selfContained } from '../pages/document.ts';
import { escapeHtml } from '../pages/html-page.ts';
import { pageStyle } from '../pages/style.ts';
import { type CheckReport, type CheckResult, type Outcome, scoreLine, scoreOf } from './result.ts';

const words: Readonly<Record<Outcome, string>> = { pass: 'pass', warn: 'warning', fail: 'failed', skip: 'not judged' };
const marks: Readonly<Record<Outcome, string>> = { pass: '✓', warn: '!', fail: '✗', skip: '–' };
const tones: Readonly<Record<Outcome, string>> = { pass: 'good', warn: 'calm', fail: 'bad', skip: 'calm' };

const reportStyle = `
body { justify-content: flex-start; }
main { max-width: 52rem; }
ul { list-style: none; padding: 0; margin-top: 1.5rem; border-top: 1px solid var(--edge); }
li { border-bottom: 1px solid var(--edge); padding: .5rem 0; }
summary { cursor: pointer; }
.outcome { display: inline-block; min-width: 7rem; color: var(--tone); font-weight: 600; }
li code { color: var(--soft); font-size: .8125rem; }
li dl { margin: .5rem 0 .5rem 7rem; }
@media (max-width: 30rem) { li dl { margin-left: 0; } }
`;

/** A run as one HTML file that needs nothing else: without script, and barred from loading anything. */
export function htmlReport({ command, results, notes, noun }: CheckReport): string {
  const { failed, skipped } = scoreOf(results);
  const overall: Outcome = failed > 0 ? 'fail' : skipped > 0 ? 'skip' : 'pass';
  return htmlDocument({
    title: `${scoreLine(results, noun)} · ${command}`,
    head: [selfContained, `<style>${pageStyle}${reportStyle}</style>`],
    tone: tones[overall],
    body: `<main>
<h1><span aria-hidden="true">${marks[overall]}</span> ${escapeHtml(scoreLine(results, noun))}</h1>
<p><code>${escapeHtml(command)}</code></p>
${notes.map((note) => `<p class="next">${escapeHtml(note)}</p>\n`).join('')}<ul>
${results.map(item).join('\n')}
</ul>
</main>`,
  });
}

function item({ id, title, outcome, particulars }: CheckResult): string {
  const label = `<span class="outcome">${marks[outcome]} ${words[outcome]}</span> ${escapeHtml(title)} <code>${escapeHtml(id)}</code>`;
  const rows = particulars.map(([name, text]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd></div>`);
  const isOpen = outcome === 'fail' || outcome === 'warn';
  return `<li class="${tones[outcome]}"><details${isOpen ? ' open' : ''}><summary>${label}</summary><dl>${rows.join('')}</dl></details></li>`;
}
