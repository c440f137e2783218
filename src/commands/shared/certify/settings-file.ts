import { existsSync } from 'node:fs';
import { type CertifySettings, certifySettings } from '../../../certify/settings.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import { readStructured } from '../structured-file.ts';

/** The file that is read by default. */
const settingsFile = 'certify.json';

/**
 * Reads the settings from a file; without a name from `certify.json`, if it exists here.
 *
 * @throws ReventoError `file` with every mistake, its line and column
 */
export async function readOptional(
  path: string | undefined,
  deps: Pick<Deps, 'signal' | 'terminal'>,
): Promise<CertifySettings> {
  if (path === undefined && !existsSync(settingsFile)) return {};
  const kind = { what: 'a file of settings for certify', schema: 'schemas/certify.schema.json' };
  return readStructured(path ?? settingsFile, certifySettings, kind, deps);
}
