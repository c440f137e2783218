import { ReventoError } from '../errors/revento-error.ts';
import type { Json } from '../json/value.ts';
import { readBytes } from './byte-input.ts';
import type { Deps } from './deps.ts';

/**
 * What `--data` gives: JSON itself, `@FILE` with it, or `@-` for standard input. A byte order mark is passed over.
 *
 * @throws ReventoError `usage` when it is not JSON, `file` when the file cannot be read
 */
export async function readData(text: string, deps: Deps): Promise<Json> {
  const path = text.startsWith('@') ? text.slice(1) : null;
  const bytes = path === null ? Buffer.from(text) : await readBytes(path, deps);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Json;
  } catch {
    // What is wrong where is for an editor to say; JSON.parse would show parts of it.
    const what = path === null ? '--data' : path === '-' ? 'Standard input' : path;
    throw new ReventoError('usage', `${what} is not valid JSON.`, {
      hint: `write it like --data '{"id":"app_1"}', or put it into a file and give --data @FILE`,
    });
  }
}
