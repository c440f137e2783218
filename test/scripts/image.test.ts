import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const script = join(import.meta.dirname, '../../scripts/binaries/image.sh');

let work: string;
let image: string;

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'revento-image-'));
  image = join(work, 'image');
  for (const name of ['first', 'tmp', 'revento-linux-x64']) mkdirSync(join(work, name));
  // Keeps what the image would be made of.
  const buildah = `#!/bin/sh\nfor context; do :; done\ncp -Rp "$context" "${image}"\n`;
  writeFileSync(join(work, 'first/buildah'), buildah, { mode: 0o755 });
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

/** Runs it as somebody who keeps everything private, with an archive whose program was put in place. */
function make(): { status: number | null; stderr: string } {
  execFileSync('tar', ['-czf', 'archive.tar.gz', 'revento-linux-x64'], { cwd: work });
  const path = `${join(work, 'first')}:${process.env['PATH']}`;
  return spawnSync('sh', ['-c', 'umask 077; exec sh "$@"', 'sh', script, join(work, 'archive.tar.gz')], {
    env: { PATH: path, TMPDIR: join(work, 'tmp') },
    encoding: 'utf8',
  });
}

describe.skipIf(process.platform !== 'linux')('image.sh', () => {
  it('makes an image whose user can reach the program and its libraries', () => {
    copyFileSync('/bin/sh', join(work, 'revento-linux-x64/revento'));
    expect(make()).toMatchObject({ status: 0, stderr: '' });
    const folders = ['usr', 'usr/lib', 'usr/lib/revento', 'etc'].map((name) => join(image, 'root', name));
    expect(folders.map((folder) => statSync(folder).mode & 0o777)).toEqual(folders.map(() => 0o755));
    expect(statSync(join(image, 'root/etc/passwd')).mode & 0o777).toBe(0o644);
    expect(existsSync(join(image, 'home/revento'))).toBe(true);
  });

  it('fails when ldd cannot list the libraries of the program', () => {
    writeFileSync(join(work, 'revento-linux-x64/revento'), '#!/bin/sh\n', { mode: 0o755 });
    expect(make().status).toBe(1);
    expect(existsSync(image)).toBe(false);
  });
});
