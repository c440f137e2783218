// What the page of deliveries costs: time to first paint, slower forwarding, and memory.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { drip, flood } from './forward/load.mjs';
import { race, runAlone } from './kit.mjs';

export const title = 'The page of deliveries';

const program = join(import.meta.dirname, '../bin/revento.js');
const executablePath = process.env.REVENTO_TEST_CHROMIUM ?? '/usr/bin/chromium';
const perSecond = 200;
const seconds = 30;
const dripSeconds = 3;

export async function run({ rounds = 5 } = {}) {
  if (!existsSync(executablePath)) throw new Error(`needs ${executablePath}: apt-get install chromium`);
  const home = mkdtempSync(join(tmpdir(), 'revento-bench-'));
  const secret = `whsec_${randomBytes(24).toString('hex')}`;
  const upstream = spawn(process.execPath, [join(import.meta.dirname, 'forward/upstream.mjs')]);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const children = [upstream];
  try {
    const port = Number(await found(upstream.stdout, /(\d+)/));
    const listen = () => startListener(children, { home, secret, port });
    const few = Math.min(rounds, 3);
    return [
      await firstPaint(browser, await listen(), rounds),
      await forwarding(browser, await listen(), { secret, rounds: few }),
      ...(await tenThousand(browser, await listen(), { secret, rounds })),
    ];
  } finally {
    await browser.close();
    for (const child of children) child.kill('SIGTERM');
    rmSync(home, { recursive: true, force: true });
  }
}

/** From the request to the first pixels, in a new window. */
function firstPaint(browser, { address }, rounds) {
  const paint = async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(address);
    await page.getByText('live', { exact: true }).waitFor();
    // Chromium may note it a moment after the text is there.
    const noted = await page.waitForFunction("performance.getEntriesByName('first-contentful-paint')[0]?.startTime");
    const ms = await noted.jsonValue();
    await page.context().close();
    return ms;
  };
  return race({
    title: `${title}: first paint`,
    rounds,
    baseline: '300 ms',
    contestants: [
      { name: '300 ms', measure: async () => 300 },
      { name: 'first contentful paint', measure: paint, bar: 1 },
    ],
  });
}

/** p99 of a delivery through the listener, alone and with the page open; none may be missing on the page. */
function forwarding(browser, { address, port }, { secret, rounds }) {
  const p99 = async () => {
    const latencies = [];
    // In short drips: a connection that stays idle for 5 s is closed, which may cross the next delivery on it.
    for (let second = 0; second < seconds; second += dripSeconds) {
      latencies.push(...(await drip({ port, secret, count: perSecond * dripSeconds, perSecond })));
    }
    latencies.sort((a, b) => a - b);
    return latencies[Math.ceil(latencies.length * 0.99) - 1];
  };
  const watched = async () => {
    const page = await openPage(browser, address);
    const before = await totalOf(page);
    const ms = await p99();
    const expected = Math.min(10_000, before + perSecond * seconds);
    await page.getByText(`${expected.toLocaleString('en-US')} deliveries`).waitFor({ timeout: 10_000 });
    await page.context().close();
    return ms;
  };
  return race({
    title: `${title}: p99 of forwarding at ${perSecond} deliveries a second for ${seconds} s`,
    rounds,
    warmups: 0,
    baseline: 'no page open',
    contestants: [
      { name: 'no page open', measure: p99 },
      { name: 'a page open, no delivery missing', measure: watched, bar: 1.2 },
    ],
  });
}

/** With 10,000 rows: the time until a filter shows its results, and the memory that more deliveries add. */
async function tenThousand(browser, { address, port, pid }, { secret, rounds }) {
  const page = await openPage(browser, address);
  const debug = await page.context().newCDPSession(page);
  await flood({ port, secret, count: 10_000 });
  await page.getByText('10,000 deliveries').waitFor();
  const texts = ['type:application.*', 'essay', 'status:5xx', '-verdict:bad app_1', ''];
  let turn = 0;
  const filter = await race({
    title: `${title}: a filter over 10,000 rows`,
    rounds: Math.max(rounds, texts.length),
    baseline: '50 ms',
    contestants: [
      { name: '50 ms', measure: async () => 50 },
      { name: 'from the keypress to the screen', measure: () => filterMs(page, texts[turn++ % texts.length]), bar: 1 },
    ],
  });
  const heap = async () => {
    await debug.send('HeapProfiler.collectGarbage');
    const { usedSize } = await debug.send('Runtime.getHeapUsage');
    return usedSize / 2 ** 20;
  };
  // The limits are only reached when the first deliveries have been dropped.
  await flood({ port, secret, count: 20_000 });
  const [heapFirst, residentFirst] = [await heap(), residentMebibytes(pid)];
  await flood({ port, secret, count: 20_000 });
  const row = (name, value, first) => ({ name, median: value, min: value, max: value, ratio: value / first, bar: 1.2 });
  const memory = {
    title: `${title}: memory after 20,000 more deliveries`,
    unit: 'MiB',
    rounds: 1,
    baseline: `after the first 30,000: page ${Math.round(heapFirst)} MiB, listener ${Math.round(residentFirst)} MiB`,
    rows: [row('the page', await heap(), heapFirst), row('the listener', residentMebibytes(pid), residentFirst)],
    missing: [],
  };
  await page.context().close();
  return [filter, memory];
}

function filterMs(page, text) {
  return page.evaluate(`new Promise((resolve) => {
    const box = document.getElementById('filter');
    const startedAt = performance.now();
    box.value = ${JSON.stringify(text)};
    box.dispatchEvent(new Event('input', { bubbles: true }));
    const drawn = new MutationObserver(() => {
      drawn.disconnect();
      requestAnimationFrame(() => resolve(performance.now() - startedAt));
    });
    drawn.observe(document.querySelector('.list'), { childList: true, subtree: true, characterData: true });
  })`);
}

async function openPage(browser, address) {
  const page = await (await browser.newContext()).newPage();
  await page.goto(address);
  await page.getByText('live', { exact: true }).waitFor();
  return page;
}

/** The session of the page. */
async function totalOf(page) {
  const { last } = await page.evaluate(`(async () => {
    const key = sessionStorage.getItem('revento-inspector-key');
    return (await fetch('/session', { headers: { Authorization: 'Bearer ' + key } })).json();
  })()`);
  return last;
}

async function startListener(children, { home, secret, port }) {
  const flags = ['--port', '0', '--ui-port', '0', '--no-browser', '-o', 'ndjson'];
  const args = ['webhook', 'listen', '-f', `http://127.0.0.1:${port}/webhooks/revento`, ...flags];
  const env = { ...process.env, HOME: home, REVENTO_CONFIG_DIR: join(home, 'config'), REVENTO_WEBHOOK_SECRET: secret };
  const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const [address, url] = await Promise.all([
    found(child.stderr, /^page: (\S+)$/m),
    found(child.stdout, /"type":"ready","url":"([^"]+)"/),
  ]);
  return { address, port: Number(new URL(url).port), pid: child.pid };
}

/**
 * The first match of the form's first group in a stream. The rest is read and dropped, so that the writer is never
 * blocked.
 */
function found(stream, form) {
  return new Promise((resolve, reject) => {
    let said = '';
    const onData = (chunk) => {
      said += chunk;
      const [, text] = form.exec(said) ?? [];
      if (text === undefined) return;
      stream.off('data', onData).resume();
      resolve(text);
    };
    stream.on('data', onData).on('end', () => reject(new Error(`nothing like ${form}: ${said}`)));
  });
}

function residentMebibytes(pid) {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

await runAlone(import.meta, run);
