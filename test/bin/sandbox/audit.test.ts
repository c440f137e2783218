import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProgramRig } from '../../support/program/program-rig.ts';

let rig: ProgramRig;
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(() => rig.close());

const exec = (flags: readonly string[], script: string) =>
  rig.run(['sandbox', 'exec', ...flags, '--', 'sh', '-c', script]);
const loginAndRead = 'revento login >/dev/null 2>&1; revento participants list --all -o ndjson | wc -l';
/** An authorization request without a state, as a careless integration sends it. */
const careless = [
  'curl -s -o /dev/null "$REVENTO_AUTH_BASE/oauth/authorize?response_type=code&client_id=$REVENTO_CLIENT_ID',
  '&redirect_uri=$REVENTO_REDIRECT_URI&scope=event.read&event_id=$SANDBOX_EVENT_ID&code_challenge_method=S256',
  `&code_challenge=${'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'}"`,
].join('');

interface Finding {
  readonly type: string;
  readonly id: string;
  readonly outcome: string;
}

describe('sandbox exec --audit', () => {
  it('finds nothing wrong with this tool: login, pages, refresh, a participant’s login', async () => {
    const script = [
      loginAndRead,
      'revento token refresh >/dev/null',
      'revento participants list >/dev/null',
      'revento activities list --all --limit 1000 >/dev/null',
      'revento login --user >/dev/null 2>&1',
      'revento me profile >/dev/null',
    ].join('; ');
    const report = join(rig.home, 'audit.json');
    const { code, stdout, stderr } = await exec(['--participants', '120', '--audit-report', report], script);
    expect(code, stderr).toBe(0);
    expect(stdout.trim()).toBe('120');
    const { cases, seen } = JSON.parse(readFileSync(report, 'utf8')) as { cases: readonly Finding[]; seen: number };
    expect(seen).toBeGreaterThan(8);
    expect(cases.filter(({ outcome }) => outcome === 'fail' || outcome === 'warn')).toEqual([]);
    const held = cases.filter(({ outcome }) => outcome === 'pass').map(({ id }) => id);
    expect(held).toEqual(
      expect.arrayContaining(['pkce-fresh', 'state-fresh', 'cursor-opaque', 'limit-kept', 'accept-pinned']),
    );
  });

  it('ends with 3 when a rule is broken, says which and shows the request, and leaves stdout to the command', async () => {
    const { code, stdout, stderr } = await exec(['--audit'], `${careless}; echo mine`);
    expect(code).toBe(3);
    expect(stdout).toBe('mine\n');
    expect(stderr).toContain('✗ broken sends a state with the authorization request (state-sent)');
    expect(stderr).toContain('evidence  #1 GET /oauth/authorize 200');
    expect(stderr.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('passes on the failure of the command, whatever is broken', async () => {
    expect((await exec(['--audit'], `${careless}; exit 7`)).code).toBe(7);
  });

  it('does not fail for breaches in the baseline, and names fixed ones', async () => {
    const baseline = join(rig.home, 'baseline.json');
    await exec(['--audit-report', baseline], careless);
    const known = await exec(['--audit', '--baseline', baseline], careless);
    expect(known.code, known.stderr).toBe(0);
    const fixed = await exec(['--audit', '--baseline', baseline], loginAndRead);
    expect(fixed.code, fixed.stderr).toBe(0);
    expect(fixed.stderr).toContain('note: state-sent is fixed: remove it from the baseline');
  });

  it.each([
    ['report.ndjson', /^\{"type":"finding","id":"pkce-s256"/],
    ['report.xml', /<testsuites>/],
    ['report.sarif', /"version": "2\.1\.0"/],
    ['report.html', /^<!doctype html>/],
    ['report.tap', /^TAP version 13/],
    ['report.txt', /1 broken/],
  ])('writes %s in the form of its ending', async (name, form) => {
    const path = join(rig.home, name);
    expect((await exec(['--audit-report', path], careless)).code).toBe(3);
    expect(readFileSync(path, 'utf8')).toMatch(form);
    expect(readFileSync(path, 'utf8')).toContain('state-sent');
  });

  it.each([
    [['--audit-report', 'report.pdf'], 'does not know the format of'],
    [['--baseline', 'missing.json'], 'missing.json'],
  ])('starts nothing with %j', async (flags, message) => {
    const mark = join(rig.home, 'ran');
    const { code, stderr } = await exec(flags, `touch ${mark}`);
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
    expect(existsSync(mark)).toBe(false);
  });
});

describe('sandbox audit', () => {
  it('judges the running sandbox: 0 while nothing is broken, 3 after', async () => {
    const script = `revento sandbox audit --only state-sent -o ndjson; echo $?; ${careless}; revento sandbox audit --only state-sent -o ndjson; echo $?`;
    const { stdout } = await exec([], script);
    const [before = '', first, after = '', second] = stdout.split('\n');
    expect([JSON.parse(before).outcome, first]).toEqual(['skip', '0']);
    expect([JSON.parse(after).outcome, second]).toEqual(['fail', '3']);
    expect(JSON.parse(after)).toMatchObject({
      type: 'finding',
      id: 'state-sent',
      evidence: '#1 GET /oauth/authorize 200',
    });
  });

  it('does not fail for breaches in an earlier report', async () => {
    const path = join(rig.home, 'known.json');
    const script = `${careless}; revento sandbox audit --format json > ${path}; echo $?; revento sandbox audit --baseline ${path} > /dev/null; echo $?`;
    expect((await exec([], script)).stdout).toBe('3\n0\n');
  });

  it('explains a rule without a sandbox, and suggests one for a typing error', async () => {
    const explained = await rig.run(['sandbox', 'audit', '--explain', 'state-sent']);
    expect(explained.code).toBe(0);
    expect(explained.stdout).toContain('RFC 6749 section 10.12');
    const unknown = await rig.run(['sandbox', 'audit', '--explain', 'state-snet']);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('did you mean state-sent?');
  });

  it('refuses a baseline that is not a report', async () => {
    const path = join(rig.home, 'other.json');
    writeFileSync(path, '{"rows":[]}');
    const { code, stderr } = await exec([], `revento sandbox audit --baseline ${path}`);
    expect(code).toBe(1);
    expect(stderr).toContain(`${path} is not a report of an audit.`);
  });
});
