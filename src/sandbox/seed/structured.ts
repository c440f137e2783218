import * as v from 'valibot';
import { ReventoError } from '../../errors/revento-error.ts';
import { type Mistake, readLocated } from '../../json/located.ts';
import { decodeText } from '../../text/input.ts';
import { plainLine } from '../../text/plain-line.ts';
import { type Finding, mistakesOf } from './mistakes.ts';

/** The most mistakes that are listed; more mean that the file is of another kind. */
const mostListed = 30;

/** The kind that a file must be of. */
export interface FileKind {
  /** With its article, such as `a seed file`. */
  readonly what: string;
  /** Name of its JSON Schema in the package. */
  readonly schema: string;
  /** Finds further mistakes in the value, independent of the schema. */
  readonly findings?: (value: unknown) => readonly Finding[];
}

/**
 * The content of a YAML or JSON file, checked.
 *
 * @param content  text, or its bytes in UTF-8 or UTF-16
 * @param path  the file's name, for errors
 * @throws ReventoError `file` that lists every mistake with its file, line and column
 */
export async function checkStructured<Schema extends v.GenericSchema>(
  content: string | Uint8Array,
  path: string,
  schema: Schema,
  kind: FileKind,
): Promise<v.InferOutput<Schema>> {
  const text = typeof content === 'string' ? content : decodeText(content);
  if (text === null) {
    throw new ReventoError('file', `${path} is not text in UTF-8 or UTF-16.`, { hint: `name ${kind.what}` });
  }
  const at = ({ line, column }: Mistake) => `${path}:${line}:${column}: `;
  const located = await readLocated(text);
  if ('mistakes' in located) throw refusal('file', path, located.mistakes, kind, at);
  const read = v.safeParse(schema, located.value);
  const findings = kind.findings?.(located.value) ?? [];
  if (read.success && findings.length === 0) return read.output;
  throw refusal('file', path, mistakesOf(read.issues ?? [], findings, located), kind, at);
}

/**
 * The same for a value that a program passes, which has no lines.
 *
 * @param name  of the option that takes it
 * @throws ReventoError `usage` that lists every mistake with its path in the value
 */
export function checkValue<Schema extends v.GenericSchema>(
  value: unknown,
  name: string,
  schema: Schema,
  kind: FileKind,
): v.InferOutput<Schema> {
  const read = v.safeParse(schema, value);
  const findings = kind.findings?.(value) ?? [];
  if (read.success && findings.length === 0) return read.output;
  const nowhere = { value, placeOf: () => ({ line: 1, column: 1 }) };
  throw refusal('usage', name, mistakesOf(read.issues ?? [], findings, nowhere), kind, () => '');
}

function refusal(
  code: 'file' | 'usage',
  name: string,
  mistakes: readonly Mistake[],
  { what, schema }: FileKind,
  place: (mistake: Mistake) => string,
): ReventoError {
  const lines = mistakes.slice(0, mostListed).map((mistake) => `${place(mistake)}${plainLine(mistake.message, 300)}`);
  if (mistakes.length > mostListed) lines.push(`and ${mistakes.length - mostListed} more`);
  const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`;
  return new ReventoError(code, `${name} is not ${what}; it has ${count}:\n${lines.join('\n')}`, {
    hint: `fix the ${code === 'file' ? 'file' : 'value'}; its form is in ${schema} of this package`,
  });
}
