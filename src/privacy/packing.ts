/** How many bytes tell how a file is packed. */
export const signatureLength = 10;

/** What is unpacked: each may contain the other. */
type Packing = 'gzip' | 'zip' | 'zlib';

/** How git stores many objects in one file. */
export const gitPack = 'a git pack';

interface Signature {
  readonly name: string;
  readonly bytes: RegExp;
}

const packings: readonly { readonly name: Packing; readonly bytes: RegExp }[] = [
  { name: 'gzip', bytes: /^\x1f\x8b\x08/ },
  { name: 'zip', bytes: /^PK\x03\x04/ },
  // A loose object of git, for one. The fourth beginning, `x^`, is also one of text, and no library writes it by default.
  { name: 'zlib', bytes: /^\x78[\x01\x9c\xda]/ },
];

/** What hides its content from a search, and is not unpacked. Source: the description of each format. */
const sealed: readonly Signature[] = [
  { name: 'bzip2', bytes: /^BZh[1-9]1AY&SY/ },
  { name: 'xz', bytes: /^\xfd7zXZ\0/ },
  { name: 'Zstandard', bytes: /^\x28\xb5\x2f\xfd/ },
  { name: 'LZ4', bytes: /^\x04"M\x18/ },
  { name: 'lzip', bytes: /^LZIP\x01/ },
  { name: 'compress', bytes: /^\x1f\x9d\x90/ },
  { name: '7z', bytes: /^7z\xbc\xaf\x27\x1c/ },
  { name: 'RAR', bytes: /^Rar!\x1a\x07/ },
  { name: gitPack, bytes: /^PACK\0\0\0[\x02\x03]/ },
  { name: 'an archive of pg_dump (use --format=plain)', bytes: /^PGDMP/ },
];

/** How the content that begins with `head` is packed; null where it is not. */
export function packingOf(head: Uint8Array): Packing | null {
  return nameIn(packings, head) as Packing | null;
}

/** The name of a packing that is known but not unpacked; null for everything else. */
export function sealedPackingOf(head: Uint8Array): string | null {
  return nameIn(sealed, head);
}

function nameIn(signatures: readonly Signature[], head: Uint8Array): string | null {
  const text = Buffer.from(head.subarray(0, signatureLength)).toString('latin1');
  return signatures.find(({ bytes }) => bytes.test(text))?.name ?? null;
}
