import { escapeHtml, htmlPage, proseHtml } from '../../pages/html-page.ts';
import type { HttpResponse } from '../../ports/exchange.ts';
import { pageStyle } from './page-style.ts';

/** What differs between the sandbox's pages. */
export interface Page {
  readonly status: number;
  readonly title: string;
  /** HTML of the card's inside; everything that came from outside is escaped already. */
  readonly main: string;
  /** Where forms may lead, as CSP sources; none when there is no form. */
  readonly formTargets?: readonly string[];
}

/** A page with no script and no outside resource, that nothing may cache, frame or learn a referrer from. */
export function page({ status, title, main, formTargets = [] }: Page): HttpResponse {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<header class="bar"><span class="mark" aria-hidden="true"></span><span class="brand">Revento</span><span class="badge">Sandbox</span></header>
<main class="card">
${main}
</main>
<footer class="foot">This is the sandbox of the revento command line. No real event, no real people.</footer>
</body>
</html>
`;
  return htmlPage({ status, html, style: pageStyle, formTargets });
}

/**
 * A page that says what went wrong and what to do about it.
 *
 * @param remedy  a sentence of ours; backquotes make code of what they enclose
 * @param requestId  by which the log knows the request; null when it never got that far
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
