import type * as v from 'valibot';
import { readBytes } from '../../command-kit/byte-input.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { checkStructured, type FileKind } from '../../sandbox/seed/structured.ts';

/**
 * A YAML or JSON file, checked. `-` is standard input.
 *
 * @throws ReventoError `file` that lists every mistake with its file, line and column
 */
export async function readStructured<Schema extends v.GenericSchema>(
  path: string,
  schema: Schema,
  kind: FileKind,
  deps: Pick<Deps, 'signal' | 'terminal'>,
): Promise<v.InferOutput<Schema>> {
  return checkStructured(await readBytes(path, deps), path, schema, kind);
}
