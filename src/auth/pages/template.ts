import { htmlDocument } from '../../pages/document.ts';
import { escapeHtml, htmlPage, proseHtml } from '../../pages/html-page.ts';
import { pageStyle } from '../../pages/style.ts';
import type { HttpResponse } from '../../ports/exchange.ts';

/** The content of an HTML page. Plain text, escaped when rendered; text in backquotes becomes code. */
interface PageContent {
  readonly tone: 'good' | 'bad' | 'calm';
  readonly icon: keyof typeof icons;
  readonly title: string;
  /** What happened, in a sentence or two. */
  readonly lead: string;
  /** Facts as pairs; a list is set one below the other, as code. */
  readonly facts?: readonly (readonly [name: string, value: string | readonly string[]])[];
  /** A foreign message, shown separately. */
  readonly quote?: { readonly from: string; readonly text: string };
  /** The next step. */
  readonly next: string;
}

/** Strokes on a field of 24 by 24. */
const icons = {
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M7 7l10 10M17 7L7 17',
  alarm: 'M12 5v9M12 18.5h.01',
  waiting: 'M6 12h.01M12 12h.01M18 12h.01',
} as const;

/** An HTML page as a complete response. */
export function pageResponse(status: number, content: PageContent): HttpResponse {
  return htmlPage({ status, html: render(content), style: pageStyle });
}

function render({ tone, icon, title, lead, facts = [], quote, next }: PageContent): string {
  const rows = facts.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${valueHtml(value)}</dd></div>`);
  const list = rows.length > 0 ? `<dl>${rows.join('')}</dl>` : '';
  const words = quote
    ? `<figure><figcaption>${escapeHtml(quote.from)}</figcaption><blockquote>${escapeHtml(quote.text)}</blockquote></figure>`
    : '';
  return htmlDocument({
    title: `${title} · revento`,
    head: ['<meta name="robots" content="noindex">', `<style>${pageStyle}</style>`],
    tone,
    body: `<main>
<div class="mark" aria-hidden="true"><svg viewBox="0 0 24 24"><path d="${icons[icon]}"/></svg></div>
<h1>${escapeHtml(title)}</h1>
<p>${proseHtml(lead)}</p>
${list}${words}
<p class="next">${proseHtml(next)}</p>
</main>
<footer>This page was served by <b>revento</b> on your own machine.</footer>`,
  });
}

function valueHtml(value: string | readonly string[]): string {
  return typeof value === 'string'
    ? escapeHtml(value)
    : value.map((text) => `<code>${escapeHtml(text)}</code>`).join('');
}
