'use strict';
// Loads the built program, and keeps what V8 compiled of it for the next run. Node's own compile cache exists from
// Node 22 on only, and leaves out what is compiled when it is first called.
//
// V8 checks of such code only its own version and flags and the length of the source, and may crash on damaged code. So
// each chunk is kept with its source, which must equal the file's, and with a copy of the code, which must equal the
// code: comparing takes a hundredth of the time of hashing.
const { isAscii } = require('node:buffer');
const { closeSync, constants, fstatSync, openSync, readFileSync, readSync } = require('node:fs');
const { mkdirSync, readdirSync, renameSync, statSync, unlinkSync, writeFileSync } = require('node:fs');
const { basename, dirname, join } = require('node:path');
const { Script, constants: vm } = require('node:vm');

/** Length of the JSON at the start of the file, which names the chunks and where they are. */
const headBytes = 32_768;
/** Of so many ways through the program the functions are kept; of other ways, those of new chunks only. */
const maxWays = 200;
/** A file that is being written has a name with this end; an older one was left by a run that was killed. */
const partial = '.partial';
const oldMs = 3_600_000;
const wrapper = ['(function (exports, require, module, __filename, __dirname) { ', '\n})'].map((text) =>
  Buffer.from(text),
);

/**
 * What `require(entry)` gives.
 *
 * @param {string} entry  the built program
 * @param {string} directory  where only this user can write
 */
exports.load = function load(entry, directory) {
  const path = join(directory, `code-${basename(entry, '.cjs')}-${process.version}-${process.arch}`);
  const key = keyOf(entry);
  const kept = key === null ? null : open(path, key);
  const folder = dirname(entry);
  const chunks = new Map();
  let isNew = false;
  let flags;

  const requireChunk = (name) => {
    const loaded = chunks.get(name);
    if (loaded !== undefined) return loaded.module.exports;
    const filename = join(folder, name);
    const source = readFileSync(filename);
    const cachedData = kept?.codeOf(name, source);
    const wrapped = Buffer.concat([wrapper[0], source, wrapper[1]]);
    const script = new Script(isAscii(wrapped) ? wrapped.latin1Slice() : wrapped.toString(), {
      filename,
      columnOffset: -wrapper[0].length,
      cachedData,
      importModuleDynamically: vm.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    const isKept = cachedData !== undefined && !script.cachedDataRejected;
    isNew ||= !isKept;
    // V8 takes code that was made with the same flags only.
    flags ??= isKept ? kept.flags : flagsNow();
    const module = { exports: {} };
    chunks.set(name, { module, source, script });
    // What is not a chunk is found from here as well: Node's modules, and those beside this package.
    const requireAny = (id) => (id.startsWith('./') ? requireChunk(id.slice(2)) : require(id));
    script.runInThisContext().call(module.exports, module.exports, requireAny, module, filename, folder);
    return module.exports;
  };

  // Not on `exit`: a second Ctrl-C also ends a run whose file system hangs.
  process.once('beforeExit', () => {
    const way = wayOf(chunks);
    const ways = Array.isArray(kept?.ways) ? kept.ways : [];
    // Each command compiles other functions of the chunks that it shares with others.
    isNew ||= ways.length < maxWays && !ways.includes(way);
    // undici's set-up changes a flag on Node 20: then no other run could use the code.
    if (isNew && key !== null && keyOf(entry) === key && flagsNow() === flags)
      save(path, { key, flags, ways: [...new Set([...ways, way])] }, () => [
        ...compiled(chunks),
        ...(kept?.others(chunks) ?? []),
      ]);
    kept?.close();
  });
  return requireChunk(entry.slice(folder.length + 1));
};

/** Names what a command has loaded; by a number, because all ways have to fit into the head. */
function wayOf(chunks) {
  const names = [...chunks.keys()].sort().join();
  let sum = 0;
  for (let at = 0; at < names.length; at++) sum = (Math.imul(sum, 31) + names.charCodeAt(at)) | 0;
  return sum;
}

/**
 * Code is of use to the same build, run by the same Node, only; V8 refuses what it made with other flags. Null: nobody
 * knows which.
 */
function keyOf(entry) {
  try {
    const [program, node] = [statSync(entry), statSync(process.execPath)];
    return JSON.stringify([entry, program.size, program.mtimeMs, process.execPath, node.size, node.mtimeMs]);
  } catch {
    // An upgrade has removed one of them while this ran.
    return null;
  }
}

/** V8's version and flags, as it marks code with them. Making code for this takes a millisecond. */
function flagsNow() {
  return new Script('').createCachedData().toString('latin1', 0, 16);
}

/** The file as an earlier run left it; null where none is, or one that can't be used. */
function open(path, key) {
  let file;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const head = isOwnFile(file) ? headOf(bytesOf(file, 0, headBytes)) : {};
    if (head.key === key) return { ...head, ...readerOf(file, new Map(head.chunks)), close: () => closeSync(file) };
  } catch {
    // It is not there, or damaged: this run compiles, and replaces it.
  }
  if (file !== undefined) closeSync(file);
  return null;
}

/** One line of JSON; the rest of the head is empty lines, which would take time to read. */
function headOf(bytes) {
  return JSON.parse(bytes.toString('utf8', 0, bytes.indexOf('\n')));
}

function isOwnFile(file) {
  const stats = fstatSync(file);
  // Windows has neither owners nor modes.
  const isOwn = process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & 0o022) === 0);
  return stats.isFile() && stats.nlink === 1 && isOwn;
}

function readerOf(file, places) {
  /** Null for a chunk that is not kept, or not whole: damaged code must not be kept again either. */
  const partsOf = (name) => {
    const { at, codeBytes, sourceBytes } = places.get(name) ?? {};
    try {
      const bytes = bytesOf(file, at, 2 * codeBytes + sourceBytes);
      const [code, copy] = [bytes.subarray(0, codeBytes), bytes.subarray(codeBytes, 2 * codeBytes)];
      const source = bytes.subarray(2 * codeBytes);
      return source.length === sourceBytes && code.equals(copy) ? { name, code, source } : null;
    } catch {
      // It is not kept, its place is damaged, or it can't be read: this run compiles.
      return null;
    }
  };
  return {
    codeOf(name, source) {
      const parts = partsOf(name);
      return parts?.source.equals(source) === true ? parts.code : undefined;
    },
    /** What is kept of chunks that this run has not loaded. */
    others: (loaded) => [...places.keys()].filter((name) => !loaded.has(name)).flatMap((name) => partsOf(name) ?? []),
  };
}

/** Fewer than asked for at the end of the file. */
function bytesOf(file, at, length) {
  const bytes = Buffer.allocUnsafeSlow(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, at));
}

function compiled(chunks) {
  return [...chunks].map(([name, { source, script }]) => ({ name, source, code: script.createCachedData() }));
}

/** Replaces the file in one step, so that no other run reads half of it. */
function save(path, about, chunks) {
  const temporary = `${path}-${process.pid}-${process.hrtime.bigint()}${partial}`;
  try {
    const bytes = fileOf(about, chunks());
    if (bytes === null) return;
    mkdirSync(dirname(path), { recursive: true });
    removeOld(dirname(path));
    writeFileSync(temporary, bytes, { flag: 'wx', mode: 0o600 });
    renameSync(temporary, path);
  } catch {
    // A full disk, or a directory that may not be written to: the next run compiles again.
    removeIfPossible(temporary);
  }
}

/** The bytes of a file; null for more chunks than its head has room for. */
function fileOf(about, chunks) {
  const places = [];
  const parts = [];
  let at = headBytes;
  for (const { name, code, source } of chunks) {
    // V8 copies code that is not aligned.
    const padding = Buffer.alloc(-source.length & 7);
    places.push([name, { at, codeBytes: code.length, sourceBytes: source.length }]);
    parts.push(code, code, source, padding);
    at += 2 * code.length + source.length + padding.length;
  }
  const head = Buffer.from(JSON.stringify({ ...about, chunks: places }));
  if (head.length >= headBytes) return null;
  return Buffer.concat([head, Buffer.alloc(headBytes - head.length, '\n'), ...parts]);
}

function removeOld(directory) {
  for (const name of readdirSync(directory).filter((one) => one.endsWith(partial))) {
    const path = join(directory, name);
    if (statSync(path).mtimeMs < Date.now() - oldMs) removeIfPossible(path);
  }
}

function removeIfPossible(path) {
  try {
    unlinkSync(path);
  } catch {}
}
