import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of 128 KiB, mounted where a directory is. */
export class SmallDisk {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Whether this machine lets us mount. */
  static isPossible(): boolean {
    const directory = mkdtempSync(join(tmpdir(), 'revento-disk-'));
    const disk = SmallDisk.mount(directory);
    disk?.unmount();
    rmSync(directory, { recursive: true });
    return disk !== null;
  }

  /**
   * Null where this machine does not let us mount: the caller then has to limit the size of files instead.
   */
  static mount(directory: string): SmallDisk | null {
    const made = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k,mode=0700', 'tmpfs', directory]);
    return made.status === 0 ? new SmallDisk(directory) : null;
  }

  /** Fills it up, then gives back this many pages of 4 KiB. */
  fill(freePages: number): void {
    const path = (index: number) => join(this.#directory, `filler-${index}`);
    let pages = 0;
    for (; ; pages++) {
      const fd = openSync(path(pages), 'w');
      try {
        writeSync(fd, Buffer.alloc(4096, 1));
      } catch {
        rmSync(path(pages));
        break;
      } finally {
        closeSync(fd);
      }
    }
    if (pages < freePages) throw new Error(`the disk had only ${pages} pages left`);
    for (let i = 0; i < freePages; i++) rmSync(path(i));
  }

  empty(): void {
    execFileSync('sh', ['-c', 'rm -f "$0"/filler-*', this.#directory]);
  }

  makeReadOnly(): void {
    execFileSync('mount', ['-o', 'remount,ro', this.#directory]);
  }

  unmount(): void {
    execFileSync('umount', ['-l', this.#directory]);
  }
}
