import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeAtHome, revento } from '../../support/program/build.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';
import { SmallDisk } from '../../support/store/small-disk.ts';

const isRoot = process.getuid?.() === 0;
/** Where the bytes of the first chunk begin: behind the JSON. */
const headBytes = 32_768;

let rig: ProgramRig;
let folder: string;
beforeEach(() => {
  rig = new ProgramRig();
  folder = join(rig.home, '.cache/revento');
});
afterEach(() => rig.close());

const run = (...args: readonly string[]) => rig.run(args, { env: codeAtHome });
const file = () => join(folder, readdirSync(folder)[0] ?? '');

/** Moves the file to another directory, and makes something else of its name. */
function linked(make: (elsewhere: string, path: string) => void): void {
  const path = file();
  const elsewhere = join(rig.home, 'elsewhere');
  renameSync(path, elsewhere);
  make(elsewhere, path);
}

interface Head {
  readonly chunks: readonly (readonly [string, { at: number; codeBytes: number; sourceBytes: number }])[];
}

/** Replaces the code that is kept of main.cjs by code that says so when it runs. */
function poison(path: string): void {
  const bytes = readFileSync(path);
  const head: Head = JSON.parse(bytes.toString('utf8', 0, headBytes));
  const [, place] = head.chunks.find(([name]) => name === 'main.cjs') ?? [];
  if (place === undefined) throw new Error('main.cjs is not kept');
  const source = bytes.toString(
    'utf8',
    place.at + 2 * place.codeBytes,
    place.at + 2 * place.codeBytes + place.sourceBytes,
  );
  const wrapped = `(function (exports, require, module, __filename, __dirname) { ${source}\n})`;
  const text = "(function () { process.stdout.write('POISONED'); return () => process.exit(0); })().x";
  const code = new Script(text.padEnd(wrapped.length)).createCachedData();
  place.at = bytes.length;
  place.codeBytes = code.length;
  const start = Buffer.alloc(headBytes, '\n');
  start.write(JSON.stringify(head));
  writeFileSync(path, Buffer.concat([start, bytes.subarray(headBytes), code, code, Buffer.from(source)]), {
    mode: 0o600,
  });
}

describe('kept code', () => {
  it('is run by the next run, so the tests below show something', async () => {
    await run('--help');
    poison(file());
    expect((await run('--help')).stdout).toContain('POISONED');
  });

  it('takes in once what another command compiles of the same chunks', async () => {
    await run('participants', 'list', '--help');
    const first = readFileSync(file());
    await run('--help');
    const both = readFileSync(file());
    expect(both.equals(first)).toBe(false);
    await run('--help');
    await run('participants', 'list', '--help');
    expect(readFileSync(file()).equals(both)).toBe(true);
  });

  const untrusted: [string, () => void][] = [
    ['others may write to', () => chmodSync(file(), 0o620)],
    ['everybody may write to', () => chmodSync(file(), 0o602)],
    ['is a link', () => linked((elsewhere, path) => symlinkSync(elsewhere, path))],
    ['has a second name', () => linked((elsewhere, path) => linkSync(elsewhere, path))],
  ];
  if (isRoot) untrusted.push(['belongs to somebody else', () => chownSync(file(), 65_534, 65_534)]);

  it.each(untrusted)('is not run from a file that %s', async (_what, change) => {
    const first = await run('--help');
    poison(file());
    change();
    expect(await run('--help')).toEqual(first);
    // It is replaced by a file that can be trusted.
    expect(lstatSync(file()).mode & 0o777).toBe(0o600);
  });

  it('is not run in a directory that others may write to, sticky or not', async () => {
    const first = await run('--help');
    poison(file());
    chmodSync(folder, 0o1777);
    expect(await run('--help')).toEqual(first);
    chmodSync(folder, 0o777);
    expect(await run('--help')).toEqual(first);
  });

  it('is not used where a byte of it is damaged, or the rest is missing', async () => {
    const first = await run('--help');
    const good = readFileSync(file());
    for (const share of [0.3, 0.6, 0.9]) {
      const bad = Buffer.from(good);
      const at = headBytes + Math.floor((good.length - headBytes) * share);
      bad.writeUInt8(bad.readUInt8(at) ^ 0x55, at);
      writeFileSync(file(), bad);
      expect(await run('--help')).toEqual(first);
    }
    for (const bytes of [good.length - 1_000, headBytes + 100, 100, 0]) {
      writeFileSync(file(), good);
      truncateSync(file(), bytes);
      expect(await run('--help')).toEqual(first);
    }
    writeFileSync(file(), Buffer.alloc(good.length));
    expect(await run('--help')).toEqual(first);
  });

  it('is not kept again where it is damaged', async () => {
    const first = await run('status');
    const bytes = readFileSync(file());
    const head: Head = JSON.parse(bytes.toString('utf8', 0, headBytes));
    for (const [, { at, codeBytes }] of head.chunks) {
      const middle = at + Math.floor(codeBytes / 2);
      bytes.writeUInt8(bytes.readUInt8(middle) ^ 0x55, middle);
    }
    writeFileSync(file(), bytes);
    // Loads some of the chunks, and keeps what others are there.
    await run('webhook', 'events');
    expect(await run('status')).toEqual(first);
  });

  it('is not used when what describes it is damaged', async () => {
    const first = await run('--help');
    const good = readFileSync(file(), 'latin1');
    for (const [from, to] of [
      ['"codeBytes"', '"c0deBytes"'],
      ['"at":', '"at":-'],
      ['"sourceBytes":', '"sourceBytes":9'],
      ['"ways":', '"ways":9,"sways":'],
    ] as const) {
      const head = good.slice(0, headBytes).replaceAll(from, to);
      writeFileSync(file(), Buffer.from(head.slice(0, headBytes) + good.slice(headBytes), 'latin1'));
      // Another command than the one that was kept, so that it is kept as well.
      expect(await run('webhook', 'events')).toMatchObject({ stderr: '', code: 0 });
      expect(await run('--help')).toEqual(first);
    }
  });

  it('is not kept when Node is replaced while the command runs, and the command still succeeds', async () => {
    const node = join(rig.home, 'node');
    copyFileSync(process.execPath, node);
    const words = [revento, 'sandbox', 'exec', '--', 'rm', node];
    const { status, stderr } = spawnSync(node, words, {
      env: { ...rig.env, ...codeAtHome },
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('of the program and of completion do not replace each other', async () => {
    await run('--help');
    await run('__complete', 'bash', '2', 'revento', 'st');
    await run('--help');
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it.each(['a directory', 'a named pipe'])('is replaced or left out where there is %s of its name', async (what) => {
    const first = await run('--help');
    const path = file();
    rmSync(path);
    if (what === 'a directory') mkdirSync(path);
    else expect(spawnSync('mkfifo', [path]).status).toBe(0);
    expect(await run('--help')).toEqual(first);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('is kept whole by runs at the same time, and nothing else is left behind', async () => {
    const lines = [['--help'], ['status'], ['config', 'path'], ['webhook', 'events'], ['--help']] as const;
    const alone = await Promise.all(lines.map((args) => rig.run(args)));
    expect(await Promise.all(lines.map((args) => run(...args)))).toEqual(alone);
    expect(readdirSync(folder)).toHaveLength(1);
    for (const [index, args] of lines.entries()) expect(await run(...args)).toEqual(alone[index]);
  });

  it.runIf(SmallDisk.isPossible())('is left out on a full disk, and the command still works', async () => {
    mkdirSync(join(rig.home, '.cache'));
    const disk = SmallDisk.mount(join(rig.home, '.cache'));
    try {
      expect(await run('--help')).toMatchObject({ code: 0, stderr: '' });
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      disk?.unmount();
    }
  });

  it('of other flags of Node is not used', async () => {
    const first = await run('--help');
    poison(file());
    const env = { ...codeAtHome, NODE_OPTIONS: '--jitless' };
    // Node may warn of the flag.
    const { code, stdout } = await rig.run(['--help'], { env });
    expect({ code, stdout }).toEqual({ code: first.code, stdout: first.stdout });
  });
});
