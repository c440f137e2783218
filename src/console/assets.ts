import { sharedStyle } from '../pages/shared-style.ts';
import script from './client/main.tsx?page';
import { consoleStyle } from './styles.ts';

/** The files of the console, as text. */
export interface ConsoleAssets {
  readonly html: string;
  readonly script: string;
  readonly style: string;
  readonly icon: string;
}

/** Readable on light and on dark backgrounds. */
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M4 28V16a12 12 0 1 1 12 12Z" fill="none" stroke="#6366f1" stroke-width="6"/></svg>`;

const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Revento sandbox console</title>
<link rel="icon" href="/console/icon.svg">
<link rel="stylesheet" href="/console/page.css">
<script type="module" src="/console/page.js"></script>
</head>
<body>
<div id="page"></div>
<noscript>
<main class="plain">
<h1>Sandbox console</h1>
<p>This page needs JavaScript. Without it, use <a href="/console/list">the plain list</a>. It asks for a password: the text after <code>#key=</code> in the printed address; any user name works.</p>
<p>To act, use a terminal: <code>revento sandbox status</code>, <code>revento sandbox log --follow</code>, <code>revento sandbox do approve</code>, <code>revento sandbox clock advance 1h</code>.</p>
</main>
</noscript>
</body>
</html>
`;

/** All files; loaded with the first request. */
export const consoleAssets: ConsoleAssets = { html, script, style: `${sharedStyle}${consoleStyle}`, icon };
