import * as v from 'valibot';
import { readBytes } from '../../command-kit/byte-input.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { type Mistake, readLocated } from '../../json/located.ts';
import { type Finding, mistakesOf } from '../../sandbox/seed/mistakes.ts';
import { decodeText } from '../../text/input.ts';
import { plainLine } from '../../text/plain-line.ts';

/** As many as are listed; more of them mean that the file is of another kind. */
const mostListed = 30;

/** What a file is to be. */
export interface FileKind {
  /** With its article, such as `a seed file`. */
  readonly what: string;
  /** Name of its JSON Schema in the package. */
  readonly schema: string;
  /** What else may be wrong with the value, whatever the schema says of it. */
  readonly findings?: (value: unknown) => readonly Finding[];
}

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
  const text = decodeText(await readBytes(path, deps));
  if (text === null) {
    throw new ReventoError('file', `${path} is not text in UTF-8 or UTF-16.`, { hint: `name ${kind.what}` });
  }
  return checkStructured(text, path, schema, kind);
}

/** The same for a text that is there already. */
export async function checkStructured<Schema extends v.GenericSchema>(
  text: string,
  path: string,
  schema: Schema,
  kind: FileKind,
): Promise<v.InferOutput<Schema>> {
  const located = await readLocated(text);
  if ('mistakes' in located) throw refusal(path, located.mistakes, kind);
  const read = v.safeParse(schema, located.value);
  const findings = kind.findings?.(located.value) ?? [];
  if (read.success && findings.length === 0) return read.output;
  throw refusal(path, mistakesOf(read.issues ?? [], findings, located), kind);
}

function refusal(path: string, mistakes: readonly Mistake[], { what, schema }: FileKind): ReventoError {
  const lines = mistakes
    .slice(0, mostListed)
    .map(({ line, column, message }) => `${path}:${line}:${column}: ${plainLine(message, 300)}`);
  if (mistakes.length > mostListed) lines.push(`and ${mistakes.length - mostListed} more`);
  const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`;
  return new ReventoError('file', `${path} is not ${what}; it has ${count}:\n${lines.join('\n')}`, {
    hint: `fix the file; its form is in ${schema} of this package`,
  });
}
