import { fileURLToPath } from 'node:url';
import type { InferOutput } from 'valibot';
import { type Manifest, manifest } from '../sandbox/seed/manifest.ts';
import { manifestKind, refuseCountBeside, seedKind } from '../sandbox/seed/own-data.ts';
import { type SeedDocument, seedDocument } from '../sandbox/seed/seed-document.ts';
import { checkStructured, checkValue, type FileKind } from '../sandbox/seed/structured.ts';
import type { SandboxOptions } from './public.ts';
import { SandboxError } from './sandbox-error.ts';

/** The data that the options name, checked. */
interface OwnData {
  readonly document?: SeedDocument | undefined;
  readonly manifest?: Manifest | undefined;
}

/**
 * Reads and checks test data and manifest.
 *
 * @throws SandboxError `invalid_option`, ReventoError `file`, `usage`
 */
export async function readOwnData(
  options: Pick<SandboxOptions, 'manifest' | 'participants' | 'seedFile'>,
): Promise<OwnData> {
  const document = await read(options.seedFile, 'seedFile', seedDocument, seedKind);
  if (options.participants !== undefined) {
    refuseCountBeside(document, fileOf(options.seedFile) ?? 'seedFile', 'participants');
  }
  return { document, manifest: await read(options.manifest, 'manifest', manifest, manifestKind) };
}

async function read<Schema extends typeof manifest | typeof seedDocument>(
  given: unknown,
  name: string,
  schema: Schema,
  kind: FileKind,
): Promise<InferOutput<Schema> | undefined> {
  if (given === undefined) return undefined;
  const path = fileOf(given);
  if (path === null) return checkValue(plain(given, name), name, schema, kind);
  const { readNamedFile } = await import('../files/named-file.ts');
  return checkStructured(await readNamedFile(path), path, schema, kind);
}

/** The path of a file; null for data. */
function fileOf(given: unknown): string | null {
  if (typeof given === 'string') return given;
  const href = (given as { readonly href?: unknown } | null | undefined)?.href;
  return typeof href === 'string' && href.startsWith('file:') ? fileURLToPath(href) : null;
}

/** A copy as JSON keeps it, because a saved sandbox has it in. An instance of a class would be read as an empty one. */
function plain(given: unknown, name: string): unknown {
  const problem = `${name} must be the path of a file, or an object of plain JSON.`;
  if (Object.prototype.toString.call(given) !== '[object Object]') throw new SandboxError('invalid_option', problem);
  try {
    return JSON.parse(JSON.stringify(given));
  } catch (error) {
    throw new SandboxError('invalid_option', problem, { cause: error });
  }
}
