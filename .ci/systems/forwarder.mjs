/**
 * Writes a 64-bit DLL without code that passes one function on to another DLL's: wine 8 has no bcryptprimitives.dll, and
 * Rust programs, among them vitest's rolldown, ask it for random bytes.
 *
 * Usage: node forwarder.mjs FILE.dll FUNCTION OTHER_DLL.FUNCTION
 *
 * Source: learn.microsoft.com/windows/win32/debug/pe-format.
 */

import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';

const [file, name, target] = process.argv.slice(2);

/** Where the one section is in the file and, from the image's base, in memory. */
const [inFile, inMemory, sectionBytes] = [0x200, 0x1000, 0x200];
const image = Buffer.alloc(inFile + sectionBytes);
const at = (offset, ...fields) => {
  let next = offset;
  for (const [bytes, value] of fields) {
    if (bytes === 8) image.writeBigUInt64LE(BigInt(value), next);
    else image.writeUIntLE(value, next, bytes);
    next += bytes;
  }
};
const word = (value) => [2, value];
const long = (value) => [4, value];
const wide = (value) => [8, value];

image.write('MZ', 0, 'latin1');
at(0x3c, long(0x80));
image.write('PE\0\0', 0x80, 'latin1');
// AMD64, one section, an optional header of 240 bytes; an executable image that knows large addresses, a DLL.
at(0x84, word(0x8664), word(1), long(0), long(0), long(0), word(240), word(0x2022));
at(
  0x98,
  ...[word(0x20b), word(0), long(0), long(sectionBytes), long(0), long(0), long(0), wide(0x180000000)],
  ...[long(0x1000), long(0x200), word(6), word(0), word(0), word(0), word(6), word(0), long(0)],
  // Size of the image and of the headers; a console program; may be moved and has no code to protect.
  ...[long(0x2000), long(inFile), long(0), word(3), word(0x160), wide(0x100000), wide(0x1000), wide(0x100000)],
  ...[wide(0x1000), long(0), long(16), long(inMemory), long(sectionBytes)],
);
image.write('.edata', 0x188, 'latin1');
at(0x190, long(sectionBytes), long(inMemory), long(sectionBytes), long(inFile), long(0), long(0), long(0));
at(0x1ac, long(0x40000040));

// The export directory, its three tables of one entry, then the texts; an address inside the directory is a forward.
const [functions, names, ordinals, texts] = [40, 44, 48, 50].map((offset) => inMemory + offset);
const strings = [basename(file), name, target];
const places = strings.map((_, index) => texts + strings.slice(0, index).join('\0').length + (index > 0 ? 1 : 0));
at(inFile, long(0), long(0), long(0), long(places[0]), long(1), long(1), long(1));
at(inFile + 28, long(functions), long(names), long(ordinals));
at(inFile + 40, long(places[2]), long(places[1]), word(0));
image.write(`${strings.join('\0')}\0`, inFile + 50, 'latin1');
writeFileSync(file, image);
