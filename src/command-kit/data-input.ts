import { ReventoError } from '../errors/revento-error.ts';
import { parseJson } from '../json/parse.ts';
import type { Json } from '../json/value.ts';
import { decodeText } from '../text/input.ts';
import { readBytes } from './byte-input.ts';
import type { Deps } from './deps.ts';

/**
 * What `--data` gives: JSON itself, `@FILE` with it, or `@-` for standard input.
 *
 * @throws ReventoError `usage` when it is not JSON, `file` when the file cannot be read
 */
export async function readData(text: string, deps: Pick<Deps, 'terminal' | 'signal'>): Promise<Json> {
  const path = text.startsWith('@') ? text.slice(1) : null;
  const json = path === null ? text : decodeText(await readBytes(path, deps));
  const value = json === null ? undefined : parseJson(json);
  if (value !== undefined) return value;
  const what = path === null ? '--data' : path === '-' ? 'Standard input' : path;
  throw new ReventoError('usage', `${what} is not valid JSON.`, {
    hint: `write it like --data '{"id":"app_1"}', or put it into a file and give --data @FILE`,
  });
}
