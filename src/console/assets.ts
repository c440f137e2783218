import type { PageFiles } from '../pages/local/files.ts';
import { icon, scriptPage } from '../pages/local-page.ts';
import { sharedStyle } from '../pages/shared-style.ts';
import script from './client/main.tsx?page';
import { consoleStyle } from './styles.ts';

const html = scriptPage({
  title: 'Revento sandbox console',
  base: '/console',
  body: `<div class="console-page"><div class="console">
<header><div class="top"><span class="logo" aria-hidden="true"></span><h1 class="console-title">Sandbox console</h1></div></header>
<noscript><main class="plain">
<p>This page needs JavaScript. Without it, use <a href="/console/list">the plain list</a>. It asks for a password: the text after <code>#key=</code> in the printed address; any user name works.</p>
<p>To act, use a terminal: <code>revento sandbox status</code>, <code>revento sandbox log --follow</code>, <code>revento sandbox do approve</code>, <code>revento sandbox clock advance 1h</code>.</p>
</main></noscript>
</div></div>`,
});

/** All files; loaded with the first request. */
export const consoleAssets: PageFiles = { html, script, style: `${sharedStyle}${consoleStyle}`, icon };
