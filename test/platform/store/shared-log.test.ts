import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSharedLog, removeSharedLog } from '../../../src/platform/store/shared-log.ts';
import { exceptOnWindows } from '../../support/except-on-windows.ts';
import { fakeClock } from '../../support/fake-clock.ts';

/** The user that has no files. */
const nobody = 65_534;

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'revento-log-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const path = () => join(directory, 'pace', 'default', 'installation-evt_1');
const files = () => readdirSync(join(directory, 'pace', 'default')).sort();
const hourMs = 3_600_000;

describe('a shared log', () => {
  it('gives every line once, in the order they were appended, to each that opened it', () => {
    const clock = fakeClock();
    const [a, b] = [openSharedLog(path(), clock), openSharedLog(path(), clock)];
    expect(a.exchange('one')).toEqual(['one']);
    expect(b.exchange('two')).toEqual(['one', 'two']);
    expect(a.exchange(null)).toEqual(['two']);
    expect(a.exchange(null)).toEqual([]);
    expect(openSharedLog(path(), clock).exchange(null)).toEqual(['one', 'two']);
  });

  it('makes nothing as long as nothing is written', () => {
    expect(openSharedLog(path(), fakeClock()).exchange(null)).toEqual([]);
    expect(readdirSync(directory)).toEqual([]);
  });

  exceptOnWindows('Windows has no modes')('is for its user alone', () => {
    openSharedLog(path(), fakeClock()).exchange('one');
    const [name = ''] = files();
    expect(statSync(join(directory, 'pace', 'default', name)).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'pace')).mode & 0o777).toBe(0o700);
  });

  it('still gives what was written in the hour before, and forgets what is older', () => {
    const clock = fakeClock();
    openSharedLog(path(), clock).exchange('first hour');
    clock.advance(hourMs);
    const log = openSharedLog(path(), clock);
    expect(log.exchange('second hour')).toEqual(['first hour', 'second hour']);
    clock.advance(hourMs);
    expect(log.exchange('third hour')).toEqual(['third hour']);
    expect(openSharedLog(path(), clock).exchange(null)).toEqual(['second hour', 'third hour']);
    expect(files()).toHaveLength(2);
  });

  it('deletes only files of its own', () => {
    const clock = fakeClock();
    openSharedLog(path(), clock).exchange('one');
    const others = ['installation-evt_1.json', 'installation-evt_1.12', 'installation-evt_12.100', 'notes'];
    for (const name of others) writeFileSync(join(directory, 'pace', 'default', name), '');
    clock.advance(hourMs);
    openSharedLog(path(), clock).exchange('two');
    expect(files()).toEqual(expect.arrayContaining(['installation-evt_1.json', 'installation-evt_12.100', 'notes']));
    expect(files()).not.toContain('installation-evt_1.12');
  });

  it('waits for the rest of a line that is not whole yet', () => {
    const clock = fakeClock();
    const log = openSharedLog(path(), clock);
    log.exchange('one');
    const [name = ''] = files();
    const file = join(directory, 'pace', 'default', name);
    writeFileSync(file, 'half', { flag: 'a' });
    expect(log.exchange(null)).toEqual([]);
    writeFileSync(file, ' whole\n', { flag: 'a' });
    expect(log.exchange(null)).toEqual(['half whole']);
  });

  it('is shared again by all that opened it when one of them has removed it', () => {
    const clock = fakeClock();
    const [a, b] = [openSharedLog(path(), clock), openSharedLog(path(), clock)];
    expect([a.exchange('one'), b.exchange('two')]).toEqual([['one'], ['one', 'two']]);
    removeSharedLog(path());
    expect(readdirSync(join(directory, 'pace'))).toEqual([]);
    expect(b.exchange('after it')).toEqual(['after it']);
    expect(a.exchange('and more')).toEqual(['after it', 'and more']);
    expect(files()).toHaveLength(1);
  });

  it.each<[string, () => void]>([
    ['the directory is a file', () => writeFileSync(join(directory, 'pace'), '')],
    [
      'the file is a directory',
      () => mkdirSync(`${path()}.${Math.floor(fakeClock().now() / hourMs)}`, { recursive: true }),
    ],
  ])('is a log of one process where %s', (_name, spoil) => {
    spoil();
    const log = openSharedLog(path(), fakeClock());
    expect(log.exchange('one')).toEqual(['one']);
    expect(log.exchange(null)).toEqual([]);
  });

  exceptOnWindows('Windows has no modes')('is a log of one process where the directory may not be written', () => {
    chmodSync(directory, 0o555);
    // Root may write everywhere, so it becomes somebody else for this.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(nobody);
    try {
      expect(openSharedLog(path(), fakeClock()).exchange('one')).toEqual(['one']);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
    expect(readdirSync(directory)).toEqual([]);
  });

  exceptOnWindows('Wine does not append atomically')(
    'keeps every line whole and in one order when eight processes write at once',
    async () => {
      const source = join(directory, 'writer.ts');
      const writer = join(directory, 'writer.mjs');
      const module = join(import.meta.dirname, '../../../src/platform/store/shared-log.ts');
      writeFileSync(
        source,
        `import { openSharedLog } from ${JSON.stringify(module)};
       const clock = { now: () => ${fakeClock().now()} };
       const log = openSharedLog(process.argv[2], clock);
       const seen = [];
       for (let n = 0; n < 200; n++) seen.push(...log.exchange(process.argv[3] + ' ' + n + ' ' + 'x'.repeat(n % 60)));
       seen.push(...log.exchange(null));
       process.stdout.write(JSON.stringify(seen));`,
      );
      const bundle = await rolldown({ input: source, platform: 'node' });
      await bundle.write({ file: writer, format: 'esm' });
      await bundle.close();
      const views = await Promise.all(Array.from({ length: 8 }, (_, index) => run(writer, [path(), `p${index}`])));
      const whole = openSharedLog(path(), fakeClock()).exchange(null);
      expect(whole).toHaveLength(1_600);
      expect(new Set(whole).size).toBe(1_600);
      for (const view of views) expect(whole.slice(0, view.length)).toEqual(view);
    },
  );
});

/** What a program prints as JSON. */
function run(file: string, args: readonly string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args]);
    let out = '';
    let said = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    child.once('error', reject);
    child.once('close', (status) => (status === 0 ? resolve(JSON.parse(out)) : reject(new Error(said))));
  });
}
