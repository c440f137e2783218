/**
 * Uses the program as a developer does, from help to a forwarded delivery, and fails at the first thing that is wrong.
 *
 * Usage: node smoke.mjs [--short] WORD..., the words that start the program; `node` is the Node that runs this, which also
 * serves as the developer's own programs. `--short` is for an emulated processor: it leaves out what depends on the
 * system only.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const isShort = process.argv[2] === '--short';
const program = process.argv
  .slice(isShort ? 3 : 2)
  .map((word) => (word === 'node' ? process.execPath : existsSync(word) ? resolve(word) : word));
const isWindows = process.platform === 'win32';
const home = mkdtempSync(join(tmpdir(), 'revento-smoke-'));
const system = ['PATH', 'PATHEXT', 'COMSPEC', 'SYSTEMROOT', 'WINDIR', 'TEMP', 'TMP', 'NODE_OPTIONS', 'QEMU_LD_PREFIX'];
const homes = isWindows
  ? { USERPROFILE: home, APPDATA: join(home, 'Roaming'), LOCALAPPDATA: join(home, 'Local') }
  : { HOME: home };
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => system.includes(name.toUpperCase()))),
  ...homes,
};
const quoted = (words) => words.map((word) => `"${word}"`).join(' ');
/** Ends with status 70 where the emulator has crashed, which says nothing about the program. */
const crashed = 70;
/** What Windows ends a process with that has crashed: an NTSTATUS of severity "error". */
const isCrash = (code) => code >= 0xc0000000 && code !== 0xc000013a;

const running = new Set();
let steps = 0;

function spawned(file, words, options) {
  try {
    return spawn(file, words, options);
  } catch (error) {
    // Wine now and then cannot start a file that it has started before.
    if (!isWindows || error.code !== 'UNKNOWN') throw error;
    console.error(`${words.join(' ')} was not started: ${error.message}`);
    return finish(crashed);
  }
}

function start(args, { input = '', more = {} } = {}) {
  const [file, ...words] = [...program, ...args];
  const child = spawned(file, words, { env: { ...env, ...more }, cwd: home });
  const seen = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      seen[name] += text;
      child.emit('said');
    });
  }
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  running.add(child);
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      running.delete(child);
      child.emit('said');
      if (isCrash(code)) {
        console.error(`${args.join(' ')} crashed with 0x${code.toString(16)}`);
        finish(crashed);
      }
      resolve({ code, ...seen });
    });
  });
  /** Resolves to what a pattern finds in what it prints. */
  const until = (pattern) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(seen.stdout);
        if (found) resolve(found);
        else if (child.exitCode !== null) reject(new Error(`ended without ${pattern}:\n${seen.stdout}${seen.stderr}`));
        else child.once('said', look);
      };
      look();
    });
  return { child, ended, until };
}

async function run(args, options) {
  return start(args, options).ended;
}

/** Runs it; it must end with a status, 0 if not given. */
async function must(args, { code = 0, ...options } = {}) {
  const result = await run(args, options);
  assert.equal(
    result.code,
    code,
    `revento ${args.join(' ')} ended with ${result.code}:\n${result.stdout}${result.stderr}`,
  );
  return result;
}

const json = async (args) => JSON.parse((await must([...args, '-o', 'json'])).stdout);

async function step(name, work, isLong = false) {
  if (isLong && isShort) return;
  const at = performance.now();
  await work();
  steps++;
  console.log(`ok ${name} (${((performance.now() - at) / 1000).toFixed(1)} s)`);
}

function finish(code) {
  for (const child of running) child.kill('SIGKILL');
  try {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  } catch (error) {
    console.error(`${home} was not removed: ${error.message}`);
  }
  process.exit(code);
}

/** An event handler that counts what reaches it. */
async function handler() {
  const bodies = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString());
      response.writeHead(204).end();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { bodies, server, url: `http://127.0.0.1:${server.address().port}/hook` };
}

async function all() {
  await step('version and help', async () => {
    assert.match((await must(['--version'])).stdout, /\d+\.\d+\.\d+/);
    assert.match((await must(['--help'])).stdout, /participants/);
    assert.match((await must(['completion', 'bash'])).stdout, /complete/);
  });
  await step(
    'exit codes',
    async () => {
      await must(['participants', 'list', '--no-such-option'], { code: 2 });
      await must(['participants', 'list', '-e', 'evt_test_published'], { code: 4 });
      await must(['sandbox', 'exec', '--', 'no-such-program'], { code: 127 });
    },
    true,
  );
  await step(
    'colors',
    async () => {
      assert.doesNotMatch((await must(['--help'])).stdout, /\u001b/);
      assert.match((await must(['--help'], { more: { FORCE_COLOR: '1' } })).stdout, /\u001b\[/);
    },
    true,
  );
  await step('settings and secrets, where the system keeps them, and from four processes at once', async () => {
    const names = ['client_secret', 'webhook_secret', 'webhook_secret_previous'];
    const secret = (name) => must(['config', 'set', name], { input: `${name}-${'x'.repeat(40)}\r\n` });
    await Promise.all([...names.map(secret), must(['config', 'set', 'client_id', 'app_smoke'])]);
    const { stdout } = await must(['config', 'list']);
    for (const name of names) assert.match(stdout, new RegExp(`${name} +\\[redacted fp:`));
    assert.match(stdout, /app_smoke/);
    if (isWindows) assert.ok(existsSync(join(homes.APPDATA, 'revento', 'Config', 'config.json')));
    if (isWindows) assert.ok(existsSync(join(homes.LOCALAPPDATA, 'revento', 'Data', 'key')));
  });
  // Another system may run the same beside this one. Below 32768 the system itself takes none.
  const redirect = `http://localhost:${randomInt(13_000, 30_000)}/callback`;
  const flags = ['--port', '0', '-o', 'ndjson', '--no-rate-limit', '--redirect-uri', redirect];
  const sandbox = start(['sandbox', 'start', ...flags]);
  const ready = JSON.parse((await sandbox.until(/^\{"type":"ready".*\}$/m))[0]);
  const at = ['-p', 'sandbox', '-e', ready.event_id];
  await step('login in a browser', async () => {
    const BROWSER = `${quoted(program)} sandbox consent`;
    await must([...at, 'login'], { more: { BROWSER } });
    assert.match((await must([...at, 'status'])).stdout, /active/);
  });
  await step('a list, as a table, as JSON and through jq', async () => {
    assert.match((await must([...at, 'participants', 'list'])).stdout, /\n/);
    const people = await json([...at, 'participants', 'list']);
    assert.ok(people.length > 10);
    assert.equal((await must([...at, 'participants', 'list', '-q', 'length'])).stdout.trim(), `${people.length}`);
  });
  await step('four refreshes of one login at once', async () => {
    await Promise.all(Array.from({ length: 4 }, () => must([...at, 'token', 'refresh'])));
    assert.match((await must([...at, 'status'])).stdout, /active/);
    await json([...at, 'participants', 'list']);
  });
  await step(
    'a delivery that is verified and forwarded, then one to a command',
    async () => {
      const { bodies, server, url } = await handler();
      const target = ['--port', '0', '--forward', url, '--count', '1', '--timeout', '60s', '-o', 'ndjson'];
      const listener = start(['-p', 'sandbox', 'webhook', 'listen', ...target]);
      const [, hook] = await listener.until(/"(http:\/\/[^"]*\/webhooks\/revento)"/);
      await must(['-p', 'sandbox', 'webhook', 'trigger', 'application.approved', '--to', hook]);
      assert.equal((await listener.ended).code, 0);
      assert.match(bodies[0], /application\.approved/);
      server.close();
      const ending = [process.execPath, '-e', 'process.exit(process.env.REVENTO_WEBHOOK_SECRET ? 7 : 1)'];
      await must(['-p', 'sandbox', 'webhook', 'listen', '--port', '0', '--', ...ending], { code: 7 });
    },
    true,
  );
  await step(
    'a command with a sandbox of its own',
    async () => {
      await must(
        ['sandbox', 'exec', '--', process.execPath, '-e', 'process.exit(process.env.REVENTO_API_BASE ? 9 : 1)'],
        {
          code: 9,
        },
      );
    },
    true,
  );
  await step(
    'doctor',
    async () => {
      const { stdout } = await run([...at, 'doctor']);
      assert.doesNotMatch(stdout, /fail/);
      if (isWindows) assert.match(stdout, /permissions +Not checked/);
      else assert.match(stdout, /permissions +.*this user only/);
    },
    true,
  );
  await step(
    'logout',
    async () => {
      await must([...at, 'logout']);
      await must([...at, 'participants', 'list'], { code: 4 });
    },
    true,
  );
}

try {
  await all();
  console.log(`all ${steps} steps passed: ${process.platform}, ${program.join(' ')}`);
  finish(0);
} catch (error) {
  console.error(error);
  finish(1);
}
