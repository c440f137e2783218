import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SealedLog } from '../../../src/ports/store.ts';
import { exceptOnWindows } from '../../support/except-on-windows.ts';
import { StoreRig } from '../../support/store/store-rig.ts';

let rig: StoreRig;
const open: SealedLog[] = [];
beforeEach(() => {
  rig = new StoreRig();
});
afterEach(() => {
  for (const log of open.splice(0)) log.release();
  rig.remove();
});

async function openLog(profile = 'sandbox'): Promise<SealedLog> {
  const log = await rig.vault().log(profile, 'sandbox');
  if (log === null) throw new Error('another process has the log');
  open.push(log);
  return log;
}

/** What the next process reads. */
async function reopened() {
  for (const log of open.splice(0)) log.release();
  return (await openLog()).read();
}

async function written(...texts: readonly string[]): Promise<SealedLog> {
  const log = await openLog();
  log.replace(texts[0] ?? '');
  for (const text of texts.slice(1)) log.append(text, true);
  return log;
}

describe('a sealed log', () => {
  it('returns what was written, in order', async () => {
    const log = await openLog();
    expect(await log.read()).toBeNull();
    log.replace('all');
    log.append('one', false);
    log.append('zwei ☃\n', true);
    expect(await reopened()).toEqual({ texts: ['all', 'one', 'zwei ☃\n'], problem: null });
  });

  it('continues where the process before ended', async () => {
    await written('all', 'one');
    const log = await openLogAfterRelease();
    await log.read();
    log.append('two', true);
    expect(await reopened()).toEqual({ texts: ['all', 'one', 'two'], problem: null });
  });

  exceptOnWindows('Windows has no modes')('holds nothing in the clear, for this user alone', async () => {
    const { path } = await written('a text of some length');
    expect(readFileSync(path, 'utf8')).not.toContain('text of some');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is for one process at a time', async () => {
    const log = await written('all');
    expect(await rig.vault().log('sandbox', 'sandbox')).toBeNull();
    log.release();
    expect((await openLog()).path).toBe(log.path);
  });

  it('cut off anywhere in its last line is as before that line, and can be written again', async () => {
    const { path } = await written('all', 'one', 'two');
    const whole = readFileSync(path);
    const lastLine = whole.subarray(0, -1).lastIndexOf(10) + 1;
    for (const length of [lastLine, lastLine + 1, Math.floor((lastLine + whole.length) / 2), whole.length - 1]) {
      for (const log of open.splice(0)) log.release();
      writeFileSync(path, whole.subarray(0, length));
      const log = await openLog();
      expect(await log.read(), `${length} bytes`).toEqual({ texts: ['all', 'one'], problem: null });
      log.append('another', true);
      expect(await reopened()).toEqual({ texts: ['all', 'one', 'another'], problem: null });
    }
  });

  it.each([
    ['a changed byte', (lines: string[]) => [lines[0], lines[1]?.replace(/"ct":"./, '"ct":"!'), lines[2]], ['all']],
    ['a line taken out', (lines: string[]) => [lines[0], lines[2]], ['all']],
    ['lines in another order', (lines: string[]) => [lines[0], lines[2], lines[1]], ['all']],
    ['a line twice', (lines: string[]) => [lines[0], lines[1], lines[1]], ['all', 'one']],
    ['no first line', (lines: string[]) => [lines[1], lines[2]], []],
  ])('with %s is read up to there, and said to be damaged', async (_what, change, texts) => {
    const { path } = await written('all', 'one', 'two');
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(
      path,
      change(lines)
        .map((line) => `${line}\n`)
        .join(''),
    );
    expect(await reopened()).toEqual({ texts, problem: expect.stringMatching(/damaged/) });
  });

  it('does not take a line of an earlier file', async () => {
    const log = await written('all', 'one');
    const [, old] = readFileSync(log.path, 'utf8').split('\n');
    log.replace('new');
    appendFileSync(log.path, `${old}\n`);
    expect(await reopened()).toEqual({ texts: ['new'], problem: 'line 2 is damaged' });
  });

  it('does not open in the place of another profile', async () => {
    const { path } = await written('all');
    const other = await openLog('sandbox-4011');
    mkdirSync(dirname(other.path), { recursive: true });
    writeFileSync(other.path, readFileSync(path));
    expect(await other.read()).toMatchObject({ texts: [], problem: 'line 1 is damaged' });
  });

  it('that is not a file is said to be none, and can be moved aside', async () => {
    const log = await openLog();
    mkdirSync(log.path, { recursive: true });
    expect(await log.read()).toEqual({ texts: [], problem: 'it is a directory' });
    const aside = log.setAside();
    expect([existsSync(log.path), aside]).toEqual([false, `${log.path}.damaged-1`]);
    log.replace('all');
    expect(await reopened()).toEqual({ texts: ['all'], problem: null });
  });

  exceptOnWindows("Wine keeps a removed file's name until it is closed")(
    'that somebody removed while it was open is not made again',
    async () => {
      const log = await written('all', 'one');
      rmSync(log.path);
      for (const write of [() => log.append('two', true), () => log.replace('all')]) {
        expect(write).toThrow(/was removed/);
      }
      expect(existsSync(log.path)).toBe(false);
    },
  );

  it('removes what a write left that was cut short', async () => {
    const { path } = await written('all');
    writeFileSync(`${path}.0123456789ab.tmp`, 'x');
    await reopened();
    expect(readdirSync(dirname(path)).filter((entry) => entry.endsWith('.tmp'))).toEqual([]);
  });
});

async function openLogAfterRelease(): Promise<SealedLog> {
  for (const log of open.splice(0)) log.release();
  return openLog();
}
