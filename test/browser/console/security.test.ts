import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tabs } from '../../../src/console/model/tabs.ts';
import { ConsoleRig } from '../../support/pages/console-rig.ts';
import { type Besieged, foreignTries, reboundAnswers } from '../../support/pages/stranger.ts';
import { lackOfChromium, withReason } from '../../support/program/needs.ts';

const reason = lackOfChromium();
let rig: ConsoleRig;

beforeAll(async () => {
  if (reason === null) rig = await ConsoleRig.start();
}, 60_000);
afterAll(() => rig?.close());

const test = it.skipIf(reason !== null);

const acts = [
  { path: '/console/ask', body: { operation: 'do', params: { action: 'suspend' } } },
  { path: '/console/scenario', body: { name: 'change-of-mind' } },
  { path: '/console/step', body: { run: 1 } },
];

/** The console in each of its two places, with all that it answers. */
async function places(): Promise<readonly { readonly first: string; readonly place: Besieged }[]> {
  const flags = ['--port', '0', '--ui-port', '0', '--no-browser', '-o', 'ndjson'];
  const listening = rig.program.start(['-p', 'sandbox', 'webhook', 'listen', ...flags]);
  const [, inspector = ''] = await listening.until('stderr', /^page: (\S+)$/m);
  const reads = ['/console/facts', '/console/list'];
  const at = (address: string) => ({
    origin: new URL(address).origin,
    key: new URL(address).hash.replace('#key=', ''),
    reads,
    stream: '/console/events',
    acts,
  });
  const ticket = { path: '/console/key', body: { ticket: 'x' } };
  return [
    { first: '/console', place: { ...at(rig.address), script: '/console/page.js', acts: [...acts, ticket] } },
    { first: '/', place: { ...at(inspector), script: '/page.js' } },
  ];
}

describe(withReason('the console and strangers', reason), () => {
  test('nobody gets in from another origin or by DNS rebinding, beside the sandbox and inside an inspector', async () => {
    for (const { first, place } of await places()) {
      const { tries, answers } = await foreignTries(rig.browser, place);
      expect(tries.length).toBeGreaterThan(25);
      expect(tries.filter((one) => !one.endsWith(': refused'))).toEqual([]);
      expect(answers.length).toBeGreaterThan(10);
      expect(new Set(answers)).toEqual(new Set([403]));
      const statuses = await reboundAnswers(place, first);
      expect(statuses.length).toBeGreaterThan(7);
      expect(new Set(statuses)).toEqual(new Set([421]));
    }
    expect((await rig.program.run(['sandbox', 'status', '--json'])).stdout).toContain('"suspended": false');
  });
});

describe(withReason('secrets and the console', reason), () => {
  test('no secret is in its traffic, its files, its page or what the browser keeps', async () => {
    const secrets = async () => {
      const { stdout } = await rig.program.run(['sandbox', 'env', '--format', 'json']);
      const env = JSON.parse(stdout) as Record<string, string>;
      return Object.entries(env).flatMap(([name, value]) => (/SECRET|KEY|TOKEN/.test(name) ? [value] : []));
    };
    const { access, refreshToken, refresh } = await rig.login();
    const canaries = new Set([...(await secrets()), access, refreshToken]);
    expect(canaries.size).toBeGreaterThanOrEqual(5);

    const page = await rig.open();
    const seen: Promise<string>[] = [];
    page.on('request', (request) => seen.push(Promise.resolve(`${request.url()} ${request.postData() ?? ''}`)));
    page.on('response', (response) => {
      if (!response.url().endsWith('/events')) seen.push(response.text().catch(() => ''));
    });
    await page.reload();
    await refresh();
    await refresh();
    for (const tab of tabs) {
      await page.getByRole('tab', { name: tab }).click();
      await page.locator('#console-panel h2').first().waitFor();
      if (tab === 'Deliveries') {
        await page.getByRole('button', { name: 'Rotate the secret' }).click();
        await page.getByRole('status').getByText('Rotation started').waitFor();
        for (const secret of await secrets()) canaries.add(secret);
      }
      if (tab === 'Scenarios') {
        await page.getByRole('button', { name: 'Secret rotation under load' }).click();
        await page.getByRole('button', { name: 'Step' }).click();
        await page.locator('.steps .badge').first().waitFor();
      }
      seen.push(page.content());
    }
    seen.push(page.evaluate<string>('JSON.stringify([localStorage, document.cookie, location.href])'));
    seen.push(stream(page.url(), rig.address.split('#key=')[1] ?? ''));
    const kept = await page.evaluate<string[]>('Object.values(sessionStorage)');
    expect(kept).toContain(rig.address.split('#key=')[1]);
    const all = [...(await Promise.all(seen)), ...kept].join('\n');
    expect(all).toContain('Rotation started');
    expect([...canaries].filter((secret) => all.includes(secret))).toEqual([]);
    await page.context().close();
  });
});

/** What the timeline has sent until it is up to date. */
async function stream(page: string, key: string): Promise<string> {
  const quit = new AbortController();
  const headers = { Authorization: `Bearer ${key}` };
  const answer = await fetch(`${page}/events`, { headers, signal: quit.signal });
  let text = '';
  for await (const piece of answer.body ?? []) {
    text += Buffer.from(piece).toString('utf8');
    if (text.includes('event: cursor')) break;
  }
  quit.abort();
  expect(text).toContain('POST');
  return text;
}
