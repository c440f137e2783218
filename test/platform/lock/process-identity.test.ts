import { afterEach, describe, expect, it } from 'vitest';
import { livenessOf, ownIdentity, type ProcessIdentity } from '../../../src/platform/lock/process-identity.ts';
import { startedAtMs } from '../../../src/platform/lock/process-start.ts';
import { exceptOnWindows } from '../../support/except-on-windows.ts';
import { collectZombies, zombie } from '../../support/store/zombie.ts';

/** Where there is no `/proc`: the program that tells a start is the one of this machine. */
const bare: NodeJS.Platform = process.platform === 'win32' ? 'win32' : 'darwin';
/** This process as such a system identifies it; the start is what an earlier version of revento wrote there. */
const there = (changes: Partial<ProcessIdentity> = {}): ProcessIdentity => ({
  ...{ pid: process.pid, start: '', host: 'mac.local', boot: '1', pidns: '' },
  ...changes,
});
/** Whether the owner of a record runs, seen from here after a silence. */
const seen = (owner: ProcessIdentity, silentMs: number, self = there(), platform: NodeJS.Platform = bare) =>
  livenessOf(owner, Date.now() - silentMs, self, Date.now(), platform);

afterEach(collectZombies);

describe('an owner on macOS or Windows', () => {
  it('counts as alive when an earlier version wrote no start and it was silent for half a minute', () => {
    expect(seen(there(), 30_000)).toBe('alive');
  });

  it('counts as dead when nothing says when it started and it was silent for more than ten minutes', () => {
    expect(seen(there(), 700_000)).toBe('dead');
  });

  exceptOnWindows('Windows has no zombies')('counts as dead when it is a zombie', async () => {
    const pid = await zombie();
    expect(startedAtMs(pid, bare)).toBe('ended');
    expect(seen(there({ pid, start: `@${Date.now() + 3_600_000}` }), 30_000)).toBe('dead');
  });
});

describe('an owner on Linux', () => {
  const onLinux = (changes: Partial<ProcessIdentity> = {}) => there({ boot: 'b', pidns: 'pid:[1]', ...changes });

  it('counts as unknown when only the name of the machine is known, which another may have too', () => {
    const nameless = onLinux({ boot: '', pidns: '' });
    expect(seen(nameless, 0, nameless, 'linux')).toBe('unknown');
  });

  exceptOnWindows('Windows has no zombies')(
    'counts as alive when one of the two sees the /proc of another namespace, whatever that says about the number',
    async () => {
      const pid = await zombie();
      const own = onLinux({ start: '5' });
      expect(seen(onLinux({ pid }), 0, own, 'linux')).toBe('alive');
      expect(seen(onLinux({ pid, start: '5' }), 0, onLinux(), 'linux')).toBe('alive');
      expect(seen(onLinux({ pid, start: '5' }), 0, own, 'linux')).toBe('dead');
    },
  );
});

describe('this process', () => {
  it('is identified on Windows without reading /proc, a directory that anybody can make there', () => {
    expect(ownIdentity('win32')).toMatchObject({ start: expect.stringMatching(/^@\d+$/), boot: '', pidns: '' });
  });
});
