import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../support/http/free-port.ts';
import { root } from '../../support/program/build.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';

interface Case {
  readonly id: string;
  readonly outcome: 'pass' | 'warn' | 'fail' | 'skip';
  readonly got: string;
}
interface Report {
  readonly cases: readonly Case[];
  readonly notes: readonly string[];
  readonly acts: readonly { readonly id: string; readonly outcome: string; readonly facts?: object }[];
}

const golden = join(root, 'test/support/certify/node/server.mjs');
const odd = join(root, 'test/support/certify/odd.mjs');

let rig: ProgramRig;
let port: number;
beforeEach(async () => {
  rig = new ProgramRig();
  mkdirSync(join(rig.home, 'golden'));
  port = await freePort();
});
afterEach(() => rig.close());

const at = (path: string) => `http://127.0.0.1:${port}${path}`;
const connect = () => ['--connect', at('/connect?event_id={event}')];
const sync = () => ['--sync', at('/sync?event_id={event}')];
const webhook = () => ['--webhook', at('/webhooks/revento')];
const login = () => ['--login', at('/login?event_id={event}')];
const traces = () => ['--effects-url', at('/effects'), '--data', join(rig.home, 'golden')];
const all = () => [...connect(), ...login(), ...sync(), ...webhook(), '--restart', ...traces()];

function start(flags: readonly string[], program: string, variables: Readonly<Record<string, string>> = {}) {
  const env = { PORT: `${port}`, GOLDEN_HOME: join(rig.home, 'golden'), REQUESTS_A_MINUTE: '100000', ...variables };
  return rig.start(['certify', ...flags, '--', process.execPath, program], { env });
}

async function certify(flags: readonly string[], program: string, variables?: Readonly<Record<string, string>>) {
  const { code: status, stdout, stderr } = await start([...flags, '--format', 'json'], program, variables).ended;
  const report = stdout === '' ? null : (JSON.parse(stdout) as Report);
  const ids = (...wanted: readonly string[]) =>
    (report?.cases ?? []).filter(({ outcome }) => wanted.includes(outcome)).map(({ id }) => id);
  return { status, stdout, stderr, report, ids };
}

/** Whether nothing listens where the integration did. */
async function isFree(): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

describe('an integration written by the guide', () => {
  // With seed 1 it is graded beside its mutants.
  it('breaks no rule, and every rule is seen, with another seed', async () => {
    const { status, stderr, ids, report } = await certify([...all(), '--seed', '2026'], golden);
    expect({ status, broken: ids('fail'), unseen: ids('skip'), stderr }).toEqual({
      ...{ status: 0, broken: [], unseen: [] },
      stderr: '',
    });
    expect(report?.acts.filter(({ outcome }) => outcome !== 'played')).toEqual([]);
    expect(await isFree()).toBe(true);
  });
});

describe('an integration that is as correct in another way', () => {
  // As golang.org/x/oauth2 and Authlib do: the clock of the sandbox is moved, and theirs is not.
  it('refreshes by its own clock alone', async () => {
    const only = 'refresh-single-flight,refresh-token-spent,expired-refreshed,refresh-stored-first';
    const flags = [...connect(), ...sync(), '--restart', '--only', `${only},message-ignored`];
    const { ids, report } = await certify(flags, golden, { VARIANT: 'refreshes-ahead' });
    expect(ids('pass')).toEqual(only.split(','));
    expect(report?.cases.find(({ id }) => id === 'message-ignored')).toMatchObject({
      outcome: 'skip',
      got: expect.stringContaining('this integration refreshes before a token expires'),
    });
  });
});

it('says which flag to add for rules that it could not test', async () => {
  const { stdout, code: status } = await start(connect(), golden).ended;
  expect(status).toBe(0);
  expect(stdout).toMatch(/Not seen: it needs --webhook URL:\n[^:]*delivery-accepted/);
  expect(stdout).toMatch(
    /Not seen: it needs --webhook URL, and --effects COMMAND or --effects-url\s+URL:\n[^:]*effects-once/,
  );
  expect(stdout).toMatch(/Not seen: it needs --sync URL or --sync-command COMMAND:\n[^:]*refresh-single-flight/);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

describe('a program that', () => {
  it('ends at once is quoted, without its secrets', async () => {
    const { status, stdout, stderr } = await certify(all(), odd, { MODE: 'dies' });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /node ended with status 7 before it was ready\. Its last output:\ncannot start: the secret \[redacted/,
    );
  });

  it('never answers is ended', async () => {
    const { status, stderr } = await certify([...all(), '--ready-timeout', '1s'], odd, { MODE: 'silent' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/did not answer at http:\/\/127\.0\.0\.1:\d+ within 1 s\. It printed nothing\./);
  });

  it('ignores SIGTERM is killed with its child processes, and its breaches are reported', async () => {
    const { status, ids, stderr } = await certify(connect(), odd, { MODE: 'stubborn+bare' });
    expect({ status, stderr }).toEqual({ status: 3, stderr: '' });
    expect(ids('fail')).toEqual(expect.arrayContaining(['pkce-s256']));
    expect(await isFree()).toBe(true);
  });

  it('prints its tokens gives away none of them', async () => {
    const { stdout, stderr } = await start([...connect(), '--verbose'], odd).ended;
    expect(stderr).toMatch(/integration: token answer .*rev_install_…/);
    expect(`${stdout}${stderr}`).not.toMatch(/rev_(install|refresh)_[\w-]{8}/);
  });

  it('prints a token when it is ended is judged by that as well', async () => {
    const { status, ids, report } = await certify(connect(), odd, { MODE: 'late' });
    expect([status, ids('fail')]).toEqual([3, expect.arrayContaining(['output-secrets'])]);
    expect(JSON.stringify(report?.cases.find(({ id }) => id === 'output-secrets'))).toContain(
      'act: the end of the integration',
    );
  });

  it('hangs in every sync costs one of them, and the reason is said', async () => {
    const flags = [...connect(), ...sync(), '--sync-timeout', '1s'];
    const { status, report, ids } = await certify(flags, odd, { MODE: 'hangs' });
    expect(status).toBe(3);
    expect(ids('fail')).toContain('syncs');
    expect(report?.cases.find(({ id }) => id === 'refresh-single-flight')).toMatchObject({
      outcome: 'skip',
      got: 'it needs a sync: the sync did not end',
    });
    expect(report?.notes.join()).toMatch(/not played: .*five-at-once.* \(a sync: the sync did not end\)/);
  });

  it('does not come back after it was killed says so, and ends the run', async () => {
    const flags = [
      ...connect(),
      ...sync(),
      '--restart',
      'exit 5',
      '--only',
      'syncs,refresh-stored-first,cursor-circle',
    ];
    const { report, status, ids } = await certify(flags, golden);
    expect([status, ids('fail')]).toEqual([3, ['refresh-stored-first']]);
    expect(report?.notes.join()).toContain('sh ended with status 5 before it was ready');
  });

  it('dies of an answer is started again, and that is a finding', async () => {
    const { status, ids, report } = await certify(connect(), odd, { MODE: 'fragile' });
    expect(status).toBe(3);
    expect(ids('fail')).toContain('stays-up');
    expect(report?.acts.find(({ id }) => id === 'access-denied')).toMatchObject({ facts: { landed: null, ended: 9 } });
    expect(report?.acts.find(({ id }) => id === 'empty-callback')).toMatchObject({ outcome: 'played' });
  });

  it('sends the browser to a host of its own completes no login', async () => {
    const { status, ids } = await certify(connect(), odd, { MODE: 'elsewhere' });
    expect(status).toBe(3);
    expect(ids('fail')).toEqual(['connects']);
  });

  it('runs when Ctrl-C comes is ended with all that it started', async () => {
    const flags = [...connect(), ...sync(), '--sync-timeout', '10m', '--verbose'];
    const run = start(flags, odd, { MODE: 'stubborn+hangs' });
    await run.until('stderr', /act consent:/);
    run.kill('SIGINT');
    const { code, stdout } = await run.ended;
    expect([code, stdout]).toEqual([130, '']);
    expect(await isFree()).toBe(true);
  });

  it('is not the one on the port is not started at all', async () => {
    const server = createServer((_, response) => response.end()).listen(port, '127.0.0.1');
    const { status, stderr } = await certify(all(), odd);
    server.close();
    expect(status).toBe(1);
    expect(stderr).toContain(`Something already answers at http://127.0.0.1:${port}, before COMMAND was started.`);
  });

  it('cannot be found is named', async () => {
    const { code: status, stderr } = await rig.run(['certify', ...connect(), '--', 'no-such-program-anywhere']);
    expect([status, stderr]).toEqual([127, expect.stringContaining('Cannot run no-such-program-anywhere')]);
  });
});

it('has a command read the API where there is no URL for it', async () => {
  const command = `${process.execPath} -e "fetch('${at('/sync?event_id=')}' + '{event}', { method: 'POST' }).then((a) => process.exit(a.ok ? 0 : 1))"`;
  const flags = [...connect(), '--sync-command', command, '--only', 'refresh-single-flight,syncs'];
  const { status, ids, stderr } = await certify(flags, golden);
  expect({ status, held: ids('pass'), stderr }).toEqual({
    ...{ status: 0, stderr: '' },
    held: ['refresh-single-flight', 'syncs'],
  });
});

describe('a report', () => {
  const flags = () => [...connect(), '--only', 'pkce-s256,state-random'];

  it('used as a baseline keeps known breaches from failing, and fixed ones are named', async () => {
    const baseline = join(rig.home, 'baseline.json');
    const first = await start([...flags(), '--format', 'json'], odd, { MODE: 'bare' }).ended;
    expect(first.code).toBe(3);
    const known = JSON.parse(first.stdout) as { cases: Case[] };
    const [challenge, ...others] = known.cases;
    writeFileSync(
      baseline,
      JSON.stringify({ cases: [challenge, ...others.map((one) => ({ ...one, outcome: 'fail' }))] }),
    );
    const second = await certify([...flags(), '--baseline', baseline], odd, { MODE: 'bare' });
    expect(second.status).toBe(0);
    expect(second.ids('warn')).toEqual(['pkce-s256']);
    const third = await certify([...flags(), '--baseline', baseline], golden);
    expect(third.report?.notes).toContain('pkce-s256 is fixed: remove it from the baseline');
  });

  it.each([
    ['tap', /^TAP version 13\n1\.\.2\nnot ok 1/],
    ['junit', /<testsuite name="revento.certify"[^>]*failures="1"/],
    ['sarif', /"ruleId": "pkce-s256",\s+"level": "error"/],
    ['html', /<h1>Integration passport<\/h1>[\s\S]*<h2>Broken [\s\S]*pkce-s256[\s\S]*<h2>Not seen/],
  ])('as %s has the broken rule', async (format, form) => {
    const { stdout, code } = await start([...flags(), '--format', format], odd, { MODE: 'bare' }).ended;
    expect([code, stdout]).toEqual([3, expect.stringMatching(form)]);
    expect(stdout).not.toMatch(/<script|https?:\/\/(?!127|json.schemastore|docs.oasis)/);
  });
});

describe('usage', () => {
  it.each([
    [['--', 'node'], 'Missing --connect or --webhook: without them nothing can be tested'],
    [['--connect', 'http://localhost:3000/connect'], 'Name the command that starts your integration'],
    [
      ['--connect', 'https://example.com/connect', '--', 'node'],
      '--connect must be an http or https URL on this machine',
    ],
    [['--webhook', '3000', '--only', 'delivery-accept', '--', 'node'], 'did you mean delivery-accepted?'],
    [
      ['--webhook', '3000', '--sync', 'http://localhost:1/', '--sync-command', 'x', '--', 'node'],
      "--sync can't be combined",
    ],
    [
      ['--webhook', '3000', '--effects', 'x', '--effects-url', 'http://localhost:1/', '--', 'node'],
      "--effects can't be combined with --effects-url",
    ],
    [
      ['--webhook', '3000', '--data', 'https://example.com/people', '--', 'node'],
      '--data must be an http or https URL',
    ],
  ])('%j', async (args, message) => {
    const { code: status, stderr, stdout } = await rig.run(['certify', ...args]);
    expect([status, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
  });

  it('takes the flags from certify.json, and names the line of a mistake in it', async () => {
    const path = join(rig.home, 'certify.json');
    writeFileSync(path, '{\n  "start": ["node"],\n  "conect": "http://localhost:3000/connect"\n}\n');
    const { code: status, stderr } = await rig.run(['certify']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/certify\.json:3:\d+: .*conect/);
  });
});

it('explains a rule, and lists the acts', async () => {
  const explained = await rig.run(['certify', '--explain', 'refresh-single-flight']);
  expect(explained.stdout).toMatch(/why {5}[\s\S]*act {5}five-at-once: five concurrent syncs/);
  const listed = await rig.run(['certify', '--list', '--json']);
  const acts = JSON.parse(listed.stdout) as { readonly id: string }[];
  expect(acts.length).toBeGreaterThanOrEqual(40);
  expect(readFileSync(join(root, 'src/certify/acts/consent.ts'), 'utf8')).toContain(acts[0]?.id);
});
