import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium } from 'playwright-core';
import { chromiumPath } from '../program/needs.ts';

/** A page that strangers try to get into. */
export interface Besieged {
  /** Where its server is, without a slash at the end. */
  readonly origin: string;
  readonly key: string;
  /** What it can be asked for, its first page left out. The first one of them holds data. */
  readonly reads: readonly string[];
  readonly stream: string;
  readonly script: string;
  /** What changes something, with a body for it. */
  readonly acts: readonly { readonly path: string; readonly body: object }[];
}

/** What a page on another origin got. */
export interface Loot {
  /** Everything it tried, and what came of it. */
  readonly tries: readonly string[];
  /** Status of each answer of the server, as far as the browser asked it. */
  readonly answers: readonly number[];
}

/** Has a page on another origin, with the key even, try all that a browser can do. */
export async function foreignTries(browser: Browser, besieged: Besieged): Promise<Loot> {
  const foreign = createServer((_request, reply) => reply.setHeader('Content-Type', 'text/html').end('<h1>x</h1>'));
  await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
  const context = await browser.newContext();
  try {
    const stranger = await context.newPage();
    await stranger.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`);
    const answers: number[] = [];
    // The debugger sees answers that the browser keeps from the page, too. The icon of the page comes from its own server.
    const debug = await context.newCDPSession(stranger);
    const asked = new Set<string>();
    debug.on('Network.requestWillBeSent', ({ request, requestId }) => {
      if (request.url.startsWith(`${besieged.origin}/`)) asked.add(requestId);
    });
    debug.on('Network.responseReceivedExtraInfo', ({ statusCode, requestId }) => {
      if (asked.has(requestId)) answers.push(statusCode);
    });
    await debug.send('Network.enable');
    const tries = await stranger.evaluate<string[]>(foreignScript(besieged));
    return { tries, answers };
  } finally {
    await context.close();
    foreign.closeAllConnections();
    await new Promise((resolve) => foreign.close(resolve));
  }
}

function foreignScript({ origin, key, reads, stream, script, acts }: Besieged): string {
  const [data = ''] = reads;
  return `(async () => {
    const tries = [];
    const attempt = async (name, work) => tries.push(name + ': ' + await work().catch(() => 'refused'));
    const origin = '${origin}';
    const headers = { Authorization: 'Bearer ${key}' };
    const loaded = (tag, attribute, path) => new Promise((resolve, reject) => {
      const one = document.createElement(tag);
      one[attribute] = origin + path; one.onload = () => resolve('loaded'); one.onerror = reject;
      if (tag === 'link') one.rel = 'stylesheet';
      document.head.append(one);
    });
    for (const path of ${JSON.stringify(reads)}) {
      await attempt('read ' + path, async () => (await fetch(origin + path)).status);
      await attempt('read with the key ' + path, async () => (await fetch(origin + path, { headers })).status);
      await attempt('read blindly ' + path, async () => (await fetch(origin + path, { mode: 'no-cors' })).type);
    }
    for (const path of ${JSON.stringify(otherForms(data))}) {
      await attempt('read ' + path, async () => (await fetch(origin + path, { mode: 'no-cors' })).type);
    }
    await attempt('load the script', () => loaded('script', 'src', '${script}'));
    await attempt('load as a style', () => loaded('link', 'href', '${script.replace('.js', '.css')}'));
    await attempt('stream', () => new Promise((resolve, reject) => {
      const one = new EventSource(origin + '${stream}');
      one.onopen = () => resolve('open'); one.onerror = () => { one.close(); reject(); };
    }));
    await attempt('socket', () => new Promise((resolve, reject) => {
      const one = new WebSocket(origin.replace('http', 'ws') + '${stream}');
      one.onopen = () => resolve('open'); one.onerror = reject;
    }));
    for (const { path, body } of ${JSON.stringify(acts)}) {
      const text = JSON.stringify(body);
      const json = { ...headers, 'Content-Type': 'application/json' };
      await attempt('act ' + path, async () => (await fetch(origin + path, { method: 'POST', headers: json, body: text })).status);
      await attempt('act blindly ' + path, async () =>
        (await fetch(origin + path, { method: 'POST', mode: 'no-cors', body: text })).type);
      await attempt('act by a form ' + path, () => new Promise((resolve, reject) => {
        const frame = document.createElement('iframe');
        frame.name = 'f' + path;
        const form = document.createElement('form');
        Object.assign(form, { method: 'post', action: origin + path, target: frame.name, enctype: 'text/plain' });
        document.body.append(frame, form);
        frame.onload = () => { try { frame.contentDocument === null ? reject() : resolve('readable'); } catch { reject(); } };
        form.submit();
      }));
      // Its origin is the text "null".
      await attempt('act from a sandboxed frame ' + path, () => new Promise((resolve, reject) => {
        onmessage = ({ data }) => data === 'refused' ? reject() : resolve(data);
        const frame = document.createElement('iframe');
        frame.sandbox = 'allow-scripts';
        frame.srcdoc = '<script>fetch(' + JSON.stringify(origin + path) + ', { method: "POST", mode: "no-cors", body: "{}" })' +
          '.then((answer) => answer.type, () => "refused").then((word) => parent.postMessage(word, "*"))</' + 'script>';
        document.body.append(frame);
      }));
    }
    return tries;
  })()`;
}

/** The path of something in forms that a server may take for it. */
function otherForms(path: string): readonly string[] {
  const [, folder = '', name = ''] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
  const escaped = `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`;
  const names = [`/${name}`, `x/..%2f${name}`, escaped, name.toUpperCase(), `${name}/`, `${name}?`];
  return names.map((one) => `${folder}/${one}`);
}

/**
 * Opens the first page and asks for everything under a name that was pointed at this machine, from a page of that name:
 * to the browser it is one origin, so only the server stands between. The status of each answer.
 */
export async function reboundAnswers(
  { origin, key, reads, stream, script, acts }: Besieged,
  first: string,
): Promise<readonly number[]> {
  const args = ['--headless', '--no-sandbox', '--host-resolver-rules=MAP rebound.example 127.0.0.1'];
  const browser = await chromium.launch({ executablePath: chromiumPath, args });
  try {
    const stranger = await browser.newPage();
    const opened = await stranger.goto(`http://rebound.example:${new URL(origin).port}${first}`);
    const statuses = await stranger.evaluate<number[]>(`(async () => {
      const headers = { Authorization: 'Bearer ${key}' };
      const gets = ${JSON.stringify([...reads, stream, script])};
      const posts = ${JSON.stringify(acts)};
      return Promise.all([
        ...gets.map(async (path) => (await fetch(path, { headers })).status),
        ...posts.map(async ({ path, body }) => (await fetch(path, { method: 'POST',
          headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).status),
      ]);
    })()`);
    return [opened?.status() ?? 0, ...statuses];
  } finally {
    await browser.close();
  }
}
