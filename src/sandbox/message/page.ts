import { htmlDocument } from '../../pages/document.ts';
import { escapeHtml, htmlPage, proseHtml } from '../../pages/html-page.ts';
import { pageStyle } from '../../pages/style.ts';
import type { HttpResponse } from '../../ports/exchange.ts';

/** What differs between the sandbox's HTML pages. */
interface Page {
  readonly status: number;
  readonly title: string;
  /** HTML of the card; everything from outside is escaped already. */
  readonly main: string;
  /** Where forms may lead, as CSP sources; none when there is no form. */
  readonly formTargets?: readonly string[];
}

/** An HTML page without script and outside resources, that must not be cached or framed and sends no referrer. */
export function page({ status, title, main, formTargets = [] }: Page): HttpResponse {
  const html = htmlDocument({
    title,
    head: ['<meta name="robots" content="noindex">', `<style>${pageStyle}</style>`],
    body: `<header class="bar"><span class="logo" aria-hidden="true"></span><span class="brand">Revento</span><span class="badge">Sandbox</span></header>
<main>
${main}
</main>
<footer>This is the sandbox of revento: no real events, no real people.</footer>`,
  });
  return htmlPage({ status, html, style: pageStyle, formTargets });
}

/**
 * An HTML page that says what went wrong and what to do about it.
 *
 * @param remedy  our own sentence; text in backquotes is shown as code
 * @param requestId  the id of the request in the log; null when it has none
 */
export function errorPage(
  status: number,
  title: string,
  problem: string,
  remedy: string,
  requestId: string | null,
): HttpResponse {
  return page({
    status,
    title: `${title} · Revento sandbox`,
    main: `<p class="kicker problem">Error ${status}</p>
<h1>${escapeHtml(title)}</h1>
<p class="lead">${escapeHtml(problem)}</p>
<p class="hint">${proseHtml(remedy)}</p>
${requestId === null ? '' : `<p class="trace">Request <code>${escapeHtml(requestId)}</code></p>`}`,
  });
}
