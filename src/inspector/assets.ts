import type { PageFiles } from '../pages/local/files.ts';
import { icon, scriptPage } from '../pages/local-page.ts';
import script from './client/main.tsx?page';
import { deliveriesStyle } from './styles.ts';

/** The files of the page, as text. */
export interface Assets extends PageFiles {
  /** Larger than all other files together. */
  readonly editor: () => Promise<string>;
}

const html = scriptPage({
  title: 'Revento deliveries',
  base: '',
  body: `<div class="app has-console">
<header class="top"><span class="logo" aria-hidden="true"></span><h1>Deliveries</h1></header>
<noscript><main class="plain">
<p>Without JavaScript, use <a href="/list">the plain list</a>. It asks for a password: the text after <code>#key=</code> in the printed address; any user name works.</p>
<p>To see the same deliveries as text: <code>revento webhook listen --print-body</code>, or <code>revento webhook listen -o ndjson</code> for programs.</p>
</main></noscript>
</div>`,
});

const editor = async () => (await import('./editor-script.ts')).editorScript;

/** All files; loaded with the first request. */
export const assets: Assets = { html, script, style: deliveriesStyle, icon, editor };
