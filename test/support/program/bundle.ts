import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { root } from './build.ts';

/** Makes a program out of a TypeScript file of the tests, so that it can be run as a process of its own. */
export async function bundle(entry: string, directory: string): Promise<string> {
  const made = await rolldown({ input: join(root, 'test/support', entry), cwd: root, platform: 'node' });
  const file = join(directory, `${entry.replace(/\.ts$/, '')}.cjs`);
  await made.write({ file, format: 'cjs' });
  await made.close();
  return file;
}
