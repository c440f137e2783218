import { lstat, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** Whether a file, which need not exist, lies in a git work tree. A symbolic link counts where it leads to. */
export async function isInWorkTree(path: string): Promise<boolean> {
  let directory = dirname(await existing(resolve(path)));
  for (;;) {
    if (await exists(join(directory, '.git'))) return true;
    const parent = dirname(directory);
    if (parent === directory) return false;
    directory = parent;
  }
}

/** The path without links in it, as far as it exists. */
async function existing(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await existing(parent), path.slice(parent.length + 1));
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
