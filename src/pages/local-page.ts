import { htmlDocument } from './document.ts';

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
  return page({ title, base, body }, null);
}

/**
 * A page that its script draws.
 *
 * @param page  with the body that is shown until then: its heading, so that the first paint waits for no script, and in
 *              a `noscript` element what to do where scripts are off
 */
export function scriptPage({ title, base, body }: LocalPage): string {
  return page({ title, base, body: `<div id="page">${body}</div>` }, 'page.js');
}

function page({ title, base, body }: LocalPage, script: string | null): string {
  return htmlDocument({
    title,
    head: [
      `<link rel="icon" href="${base}/icon.svg">`,
      `<link rel="stylesheet" href="${base}/page.css">`,
      ...(script === null ? [] : [`<script type="module" src="${base}/${script}"></script>`]),
    ],
    body,
  });
}
