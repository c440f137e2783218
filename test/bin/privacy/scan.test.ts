import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { markerOf } from '../../../src/privacy/marker.ts';
import { peakMemoryLack, peakMemoryOf } from '../../support/program/memory/peak-memory.ts';
import { lackOf, python, withReason } from '../../support/program/needs.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';
import { startLine } from '../../support/program/start-words.ts';

let rig: ProgramRig;
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(() => rig.close());

const marker = markerOf({ kind: 'email', slot: 0, seed: 1, index: 0 });
const sqliteLack = lackOf('sqlite');

/** Runs a script beside a sandbox with canaries, where three people have applied. */
const beside = (script: string) =>
  rig.run(['sandbox', 'exec', '--canaries', '--participants', '3', '--', 'sh', '-c', script]);
const read = (name: string) => readFileSync(join(rig.home, name), 'utf8');
const rows = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** What an integration leaves behind, made by a script of the test from `people.ndjson`. */
const plant = `
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const people = readFileSync('people.ndjson');
const [{ email, first_name: name }] = people.toString().trim().split('\\n').map((line) => JSON.parse(line));
mkdirSync('app/logs', { recursive: true });
writeFileSync('app/logs/web.log', 'started\\nwelcome ' + name + '\\n');
writeFileSync('app/column.csv', 'id,data\\n1,' + people.toString('base64') + '\\n');
const percent = [...Buffer.from(email)].map((byte) => '%' + byte.toString(16)).join('');
writeFileSync('app/access_log', 'GET /\\nGET /?mail=' + percent + '\\n');
writeFileSync('app/old.ndjson.gz', require('node:zlib').gzipSync(people));
writeFileSync('app/clean.txt', 'nobody\\n'.repeat(100000));
`;

describe('privacy scan', () => {
  it('finds what is planted, and fails once consent was revoked', async () => {
    writeFileSync(join(rig.home, 'plant.js'), plant);
    const { code } = await beside(`
      revento login && revento participants list --all -o ndjson > people.ndjson && node plant.js || exit 9
      revento privacy scan app -o ndjson > before 2> before.err; echo $? > before.code
      revento sandbox revoke
      revento privacy scan app/logs app/clean.txt -o ndjson > after 2> after.err; echo $? > after.code
    `);
    expect(code).toBe(0);
    const [{ id }, ...others] = rows(read('people.ndjson')) as [{ id: string }];
    const found = rows(read('before'));
    expect(new Set(found.map(({ file, form, inside, is_log }) => [file, inside, form, is_log].join(' ')))).toEqual(
      new Set([
        'app/access_log  percent true',
        'app/column.csv  base64 false',
        'app/logs/web.log  plain true',
        'app/old.ndjson.gz gzip plain false',
      ]),
    );
    expect(new Set(found.map(({ who }) => who)).size).toBe(1 + others.length);
    expect(found.filter(({ file }) => file === 'app/access_log')).toMatchObject([
      { verdict: 'kept', kind: 'email', who: id, event_id: 'evt_test_published', line: 2 },
    ]);
    expect([read('before.code'), read('after.code')]).toEqual(['0\n', '3\n']);
    expect(read('before.err')).toMatch(/^scanned 5 files, .* MB: data of 3 people in \d+ places \(2 in logs\)\n$/);
    expect(rows(read('after'))).toMatchObject([{ verdict: 'not deleted', who: id, file: 'app/logs/web.log', line: 2 }]);
  });

  it('fails on tokens and secrets at once, without showing them', async () => {
    const { stdout, stderr, code } = await beside(`
      revento login 2>&1
      { revento token; echo "$REVENTO_CLIENT_SECRET"; echo "$REVENTO_WEBHOOK_SECRET"; } > secrets
      revento privacy scan - -o ndjson < secrets
    `);
    expect(code).toBe(3);
    expect(rows(stdout)).toMatchObject([
      { verdict: 'leaked', kind: 'access_token', who: 'login 1', line: 1 },
      { verdict: 'leaked', kind: 'client_secret', who: 'integration', line: 2 },
      { verdict: 'leaked', kind: 'webhook_secret', who: 'integration', line: 3 },
    ]);
    for (const secret of read('secrets').trim().split('\n')) expect(stdout + stderr).not.toContain(secret.slice(0, 24));
  });

  it.skipIf(sqliteLack !== null)(
    withReason('finds what was deleted in a free page of SQLite', sqliteLack),
    async () => {
      const people = await beside('revento login >&2 && revento participants list --all -o ndjson');
      writeFileSync(join(rig.home, 'people.ndjson'), people.stdout);
      const script = `
import sqlite3
db = sqlite3.connect('app.db')
db.execute('pragma secure_delete = off')
db.execute('create table people (data text)')
for line in open('people.ndjson', encoding='utf8'): db.execute('insert into people values (?)', (line,))
db.commit()
db.execute('drop table people')
db.commit()`;
      expect(spawnSync(python, ['-c', script], { cwd: rig.home }).status).toBe(0);
      const { code, stdout } = await rig.run(['privacy', 'scan', '--deleted', 'app.db', '-o', 'ndjson']);
      expect(code).toBe(3);
      expect(new Set(rows(stdout).map(({ who }) => who))).toEqual(
        new Set(['participant 1', 'participant 2', 'participant 3']),
      );
    },
  );

  it('says what it could not read, and does not call that clean', async () => {
    writeFileSync(join(rig.home, 'cut.gz'), gzipSync('text '.repeat(9_999)).subarray(0, 60));
    writeFileSync(join(rig.home, 'leak.txt'), `first\n${marker}\n`);
    symlinkSync('loop', join(rig.home, 'loop'));
    const { code, stderr } = await rig.run(['privacy', 'scan', '--deleted', 'cut.gz', 'loop']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^warning: not scanned to its end: cut\.gz: /m);
    expect(stderr).toMatch(/^warning: not scanned to its end: loop: ELOOP$/m);
    expect(stderr).toContain('scanned 0 files, 0.0 MB: nothing found; 2 not scanned to the end\n');
    const both = await rig.run(['privacy', 'scan', '--deleted', 'loop', 'leak.txt']);
    expect(both.code).toBe(3);
  });

  it('names a path that does not exist before it reads anything', async () => {
    writeFileSync(join(rig.home, 'leak.txt'), marker);
    const { code, stdout, stderr } = await rig.run(['privacy', 'scan', '--deleted', 'leak.txt', 'nope']);
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: Cannot read nope: there is no such file.\n',
    });
  });

  it('follows no link inside a directory, and names those that lead out', async () => {
    mkdirSync(join(rig.home, 'app/log'), { recursive: true });
    mkdirSync(join(rig.home, 'shared'));
    symlinkSync('../shared', join(rig.home, 'app/shared'));
    symlinkSync('log', join(rig.home, 'app/current'));
    symlinkSync('..', join(rig.home, 'app/log/up'));
    symlinkSync('nowhere', join(rig.home, 'app/gone'));
    writeFileSync(join(rig.home, 'shared/leak.txt'), marker);
    const alone = await rig.run(['privacy', 'scan', '--deleted', 'app']);
    expect(alone.code).toBe(0);
    expect(alone.stderr).toMatch(
      /^note: a link that leads out of what was scanned was not followed: app.shared -> .*shared$/m,
    );
    const both = await rig.run(['privacy', 'scan', '--deleted', 'app', 'shared']);
    expect(both.code).toBe(3);
    expect(both.stderr).not.toContain('link');
  });

  it.skipIf(peakMemoryLack !== null)(
    withReason('takes as much memory for a long stream as for a short one', peakMemoryLack),
    async () => {
      const line = 'GET /canary rvcanary rvcanaryn0 name=Ann%20Example\n';
      const peakOf = (bytes: number) =>
        peakMemoryOf(rig, ['privacy', 'scan', '--deleted', '-'], { input: Buffer.alloc(bytes, line) });
      const [short, long] = [await peakOf(2e7), await peakOf(1.5e8)];
      expect(long - short).toBeLessThan(65e6);
    },
  );
});

describe('sandbox exec --no-leaks', () => {
  const noLeaks = (script: string) => rig.run(['sandbox', 'exec', '--no-leaks', '--', 'sh', '-c', script]);

  it('fails on what the command prints, and leaves its output as it is', async () => {
    const script = `
      revento login > login.txt 2>&1
      echo before; echo "failed for $(revento participants list --limit 1 -o ndjson --jq .[0].email)"
      printf %s "$REVENTO_CLIENT_SECRET" | tee secret >&2`;
    const { code, stdout, stderr } = await noLeaks(script);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^before\nfailed for "?rvcanary\w+\.participant\.1@example\.com"?\n$/);
    expect(stderr).toMatch(/printed: email of ptp_\w+ \(stdout, line 2, plain\)$/m);
    expect(stderr).toMatch(/^printed: client_secret of integration \(stderr, line \d, plain\)$/m);
    expect(stderr.split(read('secret'))).toHaveLength(2);
  });

  it.each([0, 7])('ends as a silent command does, with %i', async (status) => {
    const { code, stdout, stderr } = await noLeaks(`echo fine; echo well >&2; exit ${status}`);
    expect({ code, stdout, stderr }).toEqual({ code: status, stdout: 'fine\n', stderr: 'well\n' });
  });

  it('ends with its command, whatever that leaves running, and still judges what was printed', async () => {
    const script = 'printf %s "$REVENTO_CLIENT_SECRET"; sleep 600 & echo $! > left; exit 0';
    const { code, stderr } = await noLeaks(script);
    process.kill(Number(read('left')));
    expect(code).toBe(3);
    expect(stderr).toMatch(/^printed: client_secret of integration \(stdout, line 1, plain\)$/m);
  });

  it('ends when the reader of the output leaves', async () => {
    const line = `${startLine} sandbox exec --no-leaks -- yes | head -n 1`;
    const child = spawn('sh', ['-c', line], { env: rig.env, cwd: rig.home, stdio: 'ignore' });
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
