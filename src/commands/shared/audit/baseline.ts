import type { Deps } from '../../../command-kit/deps.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { fileError } from '../../../files/file-error.ts';
import { readUserFile } from '../../../files/user-file.ts';
import { isRecord, parseJson } from '../../../json/parse.ts';
import { decodeText } from '../../../text/input.ts';
import type { Baseline } from './report.ts';

const mostBytes = 16 * 1024 * 1024;

/**
 * The rules that an earlier report has as broken. Without a path there are none.
 *
 * @param path  a file that `--format json` wrote
 * @param command  what writes such a file
 * @throws ReventoError `file` when it cannot be read or is not such a report
 */
export async function readBaseline(
  path: string | undefined,
  { signal }: Pick<Deps, 'signal'>,
  command = 'revento sandbox audit',
): Promise<Baseline> {
  if (path === undefined) return new Set();
  const hint = `to write one, run: ${command} --format json > baseline.json`;
  const bytes = await readUserFile(path, { maxBytes: mostBytes, signal }).catch((error: unknown) => {
    throw fileError(`read ${path}`, error, hint);
  });
  const text = decodeText(bytes);
  const value = text === null ? null : parseJson(text);
  const cases = isRecord(value) ? value['cases'] : null;
  if (!Array.isArray(cases)) throw new ReventoError('file', `${path} is not a report of an audit.`, { hint });
  return new Set(
    cases.filter(isRecord).flatMap(({ id, outcome }) => {
      const isBroken = outcome === 'fail' || outcome === 'warn';
      return isBroken && typeof id === 'string' ? [id] : [];
    }),
  );
}
