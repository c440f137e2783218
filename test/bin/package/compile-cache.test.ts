import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeAtHome } from '../../support/program/build.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';

let rig: ProgramRig;
let kept: string;
beforeEach(() => {
  rig = new ProgramRig();
  kept = join(rig.home, '.cache/revento');
});
afterEach(() => rig.close());

const files = () => (existsSync(kept) ? readdirSync(kept, { recursive: true }).length : 0);

describe('compiled code', () => {
  it('is kept for the next run in the cache directory of the user', async () => {
    const first = await rig.run(['--help'], { env: codeAtHome });
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(files()).toBe(1);
    expect(await rig.run(['--help'], { env: codeAtHome })).toEqual(first);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'is kept by a run that %s ends, and its status still says so',
    async (signal) => {
      const running = rig.start(['sandbox', 'start', '--port', '0', '-o', 'ndjson'], { env: codeAtHome });
      await running.until('stdout', /"ready"/);
      running.kill(signal);
      expect(await running.ended).toMatchObject(signal === 'SIGINT' ? { code: 130 } : { code: null, signal });
      expect(files()).toBe(1);
    },
  );

  it('goes where XDG_CACHE_HOME says', async () => {
    const elsewhere = join(rig.home, 'elsewhere');
    mkdirSync(elsewhere);
    await rig.run(['--help'], { env: { ...codeAtHome, XDG_CACHE_HOME: elsewhere } });
    expect(readdirSync(join(elsewhere, 'revento'))).toHaveLength(1);
    expect(files()).toBe(0);
  });

  it('is not kept without a home', async () => {
    const missing = join(rig.home, 'missing');
    expect((await rig.run(['--help'], { env: { ...codeAtHome, HOME: missing } })).code).toBe(0);
    expect(existsSync(missing)).toBe(false);
  });

  it.each(['a file', 'a ring of links'])(
    'is not kept where the home leads through %s, and the command still works',
    async (what) => {
      const way = join(rig.home, 'way');
      if (what === 'a file') writeFileSync(way, '');
      else symlinkSync(way, way);
      const { code, stderr } = await rig.run(['--help'], { env: { ...codeAtHome, HOME: join(way, 'home') } });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    },
  );

  it.runIf(process.getuid?.() === 0)('is neither read from nor left in a home of somebody else', async () => {
    chownSync(rig.home, 65_534, 65_534);
    expect((await rig.run(['--help'], { env: codeAtHome })).code).toBe(0);
    expect(files()).toBe(0);
  });

  it.each([
    ['it may be written to by others', () => openUp(join(rig.home, '.cache/revento'))],
    ['the directory above may be', () => openUp(join(rig.home, '.cache'))],
    ['the home may be', () => openUp(rig.home)],
    [
      'it is behind a link, in such a directory',
      () => openUp(join(rig.home, 'open')) && symlinkSync('open', join(rig.home, '.cache')),
    ],
  ])('is neither read nor kept where %s', async (_, prepare) => {
    prepare();
    expect((await rig.run(['--help'], { env: codeAtHome })).code).toBe(0);
    expect(files()).toBe(0);
  });

  it('is not kept in a directory that a checkout names', async () => {
    const env = { ...codeAtHome, XDG_CACHE_HOME: 'cache', HOME: join(rig.home, 'missing') };
    expect((await rig.run(['--help'], { env })).code).toBe(0);
    expect(existsSync(join(rig.home, 'cache'))).toBe(false);
  });

  it.runIf(process.getuid?.() === 0)('is not kept in a directory of another user on the way', async () => {
    mkdirSync(kept, { recursive: true });
    chownSync(join(rig.home, '.cache'), 65_534, 65_534);
    expect((await rig.run(['--help'], { env: codeAtHome })).code).toBe(0);
    expect(files()).toBe(0);
  });
});

/** Lets everybody write into a directory, which is made where it is not there. */
function openUp(directory: string): boolean {
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o777);
  return true;
}
