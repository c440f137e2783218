import { escapeMarkup } from './html-page.ts';

/** Readable on light and on dark backgrounds. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M4 28V16a12 12 0 1 1 12 12Z" fill="none" stroke="#6366f1" stroke-width="6"/></svg>`;

/** An HTML page of a local server, with a style sheet of its own. */
interface LocalPage {
  readonly title: string;
  /** Begin of the paths of its files, without a slash at its end. */
  readonly base: string;
  /** HTML. */
  readonly body: string;
}

/** A page without script. */
export function plainPage({ title, base, body }: LocalPage): string {
  return page({ title, base, body }, '');
}

/**
 * A page that its script draws.
 *
 * @param page  with the body that is shown where scripts are off
 */
export function scriptPage({ title, base, body }: LocalPage): string {
  const both = `<div id="page"></div>\n<noscript>\n${body}\n</noscript>`;
  return page({ title, base, body: both }, `<script type="module" src="${base}/page.js"></script>\n`);
}

function page({ title, base, body }: LocalPage, script: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeMarkup(title)}</title>
<link rel="icon" href="${base}/icon.svg">
<link rel="stylesheet" href="${base}/page.css">
${script}</head>
<body>
${body}
</body>
</html>
`;
}
