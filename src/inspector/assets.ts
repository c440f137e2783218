import script from './client/main.tsx?page';
import { deliveriesStyle } from './styles.ts';

/** The files of the page, as text. */
export interface Assets {
  readonly html: string;
  readonly script: string;
  readonly style: string;
  readonly icon: string;
  /** Larger than all other files together. */
  readonly editor: () => Promise<string>;
}

/** Readable on light and on dark backgrounds. */
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M4 28V16a12 12 0 1 1 12 12Z" fill="none" stroke="#6366f1" stroke-width="6"/></svg>`;

const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Revento deliveries</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/page.css">
<script type="module" src="/page.js"></script>
</head>
<body>
<div id="page"></div>
<noscript>
<main class="plain">
<h1>Revento deliveries</h1>
<p>Without JavaScript, use <a href="/list">the plain list</a>. It asks for a password: the text after <code>#key=</code> in the printed address; any user name works.</p>
<p>To see the same deliveries as text: <code>revento webhook listen --print-body</code>, or <code>revento webhook listen -o ndjson</code> for programs.</p>
</main>
</noscript>
</body>
</html>
`;

const editor = async () => (await import('./editor-script.ts')).editorScript;

/** All files; loaded with the first request. */
export const assets: Assets = { html, script, style: deliveriesStyle, icon, editor };
