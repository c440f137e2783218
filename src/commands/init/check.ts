import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Deps } from '../../command-kit/deps.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import type { Item } from '../../output/item.ts';
import type { ReportFormat } from '../shared/report-form.ts';
import type { InitOptions } from './options.ts';

/** The options that only make sense when a project is written, as they are typed. */
const forWriting = { language: 'a language', framework: '--framework', force: '--force', list: '--list' } as const;

/**
 * Certifies the project in a directory by its `certify.json`, as `revento certify` does there; every case of
 * `revento webhook check` is part of that.
 *
 * @throws ReventoError `usage` when the directory has no `certify.json`, and what `revento certify` throws
 */
export async function* checked(
  path: string,
  options: InitOptions,
  deps: Deps,
): AsyncGenerator<Item, number | undefined> {
  const directory = resolve(path);
  refuseForWriting('--check', options, '--check tests a project that exists');
  const config = join(directory, 'certify.json');
  if (!(await isFile(config))) {
    throw new ReventoError('usage', `${directory} has no certify.json.`, {
      hint: 'give the directory of a project that `revento init` wrote',
    });
  }
  const { certified } = await import('../shared/certify/run.ts');
  return yield* certified({ ...options, command: [], config, directory }, deps);
}

/**
 * Refuses what does not make sense beside an option that writes nothing.
 *
 * @param why  a clause: what the option does instead
 */
export function refuseForWriting(option: '--check' | '--list', options: InitOptions, why: string): void {
  const given = Object.entries(forWriting).find(
    ([name, typed]) => typed !== option && options[name as keyof typeof forWriting] !== undefined,
  );
  const other = given?.[1] ?? (options.install ? null : '--no-install');
  if (other === null) return;
  throw new ReventoError('usage', `${option} can't be combined with ${other}.`, { hint: `leave it out: ${why}` });
}

/** Requires `--check` for the format of its report. */
export function refuseFormat(format: ReportFormat | undefined): void {
  if (format !== undefined) throw new ReventoError('usage', '--format is for the report of --check.');
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
