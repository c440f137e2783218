import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, parse, resolve, sep } from 'node:path';
import { ReventoError } from '../../errors/revento-error.ts';
import { systemCode } from './file-failure.ts';

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Runs `work` and returns its result. Run by root, it gets only the rights of the path's owner, as with `sudo` and the
 * user's home: a link that the user planted there then leads nowhere they can't go, and
 * new files are theirs. Other users just run it.
 *
 * @param work  synchronous: the rights are those of the whole process
 * @throws ReventoError `file` when the system does not let us give up rights
 *
 * Source: seteuid(2), setgroups(2).
 */
export function asOwner<T>(path: string, work: () => T): T {
  const owner = process.geteuid?.() === 0 ? ownerOf(resolve(path)) : null;
  if (owner === null) return work();
  const restore = become(owner, path);
  try {
    return work();
  } finally {
    restore();
  }
}

/**
 * The first user but root who has a directory or link on the way to a path, and so can put anything they like in place
 * of the rest; null if none. Whose the file itself is gives nobody power over the path.
 */
function ownerOf(path: string, links = 0): Owner | null {
  const { root } = parse(path);
  let here = '';
  for (const name of path.slice(root.length).split(sep)) {
    here = here === '' ? `${root}${name}` : `${here}${sep}${name}`;
    const status = statusOf(here);
    if (status === null) return null;
    if (!status.isDirectory() && !status.isSymbolicLink()) return null;
    if (status.uid !== 0) return { uid: status.uid, gid: status.gid };
    if (status.isSymbolicLink() && links < 40) {
      const owner = ownerOf(resolve(dirname(here), readlinkSync(here)), links + 1);
      if (owner !== null) return owner;
    }
  }
  return null;
}

function statusOf(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    // Below what may not be searched.
    return null;
  }
}

/** Switches to another user's rights; returns the function that switches back. */
function become({ uid, gid }: Owner, path: string): () => void {
  const { seteuid, setegid, setgroups, getegid, getgroups } = process;
  if (!seteuid || !setegid || !setgroups || !getegid || !getgroups) return () => undefined;
  const [ownGroup, ownGroups] = [getegid(), getgroups()];
  const restore = () => {
    seteuid(0);
    setegid(ownGroup);
    if (hasGroups) setgroups(ownGroups);
  };
  // A user namespace may forbid this one call; the groups that stay are those of a user without rights outside of it.
  const hasGroups = attempt(() => setgroups([gid])) === '';
  const code = attempt(() => {
    setegid(gid);
    seteuid(uid);
  });
  if (code === '') return restore;
  restore();
  throw new ReventoError('file', `Cannot act as the owner of ${path} (uid ${uid}): ${code}.`, {
    hint: 'run the command as that user, or set REVENTO_CONFIG_DIR to a directory of root',
  });
}

/** The system's error code; empty without an error. */
function attempt(work: () => void): string {
  try {
    work();
    return '';
  } catch (error) {
    const code = systemCode(error);
    if (code === '') throw error;
    return code;
  }
}
