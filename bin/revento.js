#!/usr/bin/env node
'use strict';
// Checks the Node version and starts the built program. `--version` is answered here, before anything loads.
const [major, minor, patch] = process.versions.node.split('.').map(Number.parseFloat);
if (major < 20 || (major === 20 && (minor < 18 || (minor === 18 && patch < 1)))) {
  fail(
    `revento needs Node.js 20.18.1 or newer; this is ${process.versions.node}`,
    'install a current Node.js from https://nodejs.org',
  );
} else if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  printVersion(`${require('../package.json').version}\n`);
} else {
  const { join } = require('node:path');
  // Commands of our own scripts and children.
  const edge = { __complete: 'complete.cjs', __keyring: 'keyring.cjs' }[process.argv[2]] ?? 'main.cjs';
  const built = join(__dirname, '../dist', edge);
  if (require('node:fs').existsSync(built)) start(built);
  else fail('This checkout of revento is not built yet.', 'in its directory, run: npm ci && npm run build');
}

function start(built) {
  // Stack traces then name the sources' lines, not the bundle's. Reading the maps takes time, so only when asked. The
  // words after `--` are for another program.
  const debug = process.argv.indexOf('--debug');
  const end = process.argv.indexOf('--');
  const isDebug = (debug >= 0 && (end < 0 || debug < end)) || isOn(process.env.REVENTO_DEBUG);
  if (isDebug) process.setSourceMapsEnabled(true);
  const directory = isDebug ? null : codeDirectory();
  const program = directory === null ? require(built) : require('./code-cache.js').load(built, directory);
  program.main((status) => process.exit(status), process.argv.slice(0, 2));
}

/** Without Node's stream, which takes longer to open than all the rest. */
function printVersion(text) {
  const report = ({ code }) => {
    // A reader that has gone has seen enough.
    if (code !== 'EPIPE') fail(`The output cannot be written: ${code}`);
  };
  const bytes = Buffer.from(text);
  try {
    for (let done = 0; done < bytes.length; ) done += require('node:fs').writeSync(1, bytes, done);
  } catch (error) {
    // The pipe is full and does not wait: the stream tries again.
    if (error.code === 'EAGAIN') process.stdout.on('error', report).write(text);
    else report(error);
  }
}

function fail(message, hint) {
  process.stderr.write(`error: ${message}\n`);
  if (hint !== undefined) process.stderr.write(`hint: ${hint}\n`);
  process.exitCode = 1;
}

/** The same rule as isOn() in src/config/environment.ts, which would have to be loaded. */
function isOn(value) {
  return value !== undefined && !['', '0', 'false'].includes(value);
}

/**
 * Where what this run compiles is kept for the next one; null: nowhere. It is code, so it is kept only where nobody else
 * can write: not in a directory that a checkout names, not in a shared one, and under sudo not in the user's home.
 */
function codeDirectory() {
  const { isAbsolute, join } = require('node:path');
  const { env, platform } = process;
  // Named by Node for its own cache.
  if (env.NODE_DISABLE_COMPILE_CACHE) return null;
  const isWindows = platform === 'win32';
  const hasOwn = !isWindows && isAbsolute(env.XDG_CACHE_HOME ?? '');
  const base = isWindows ? env.LOCALAPPDATA : hasOwn ? env.XDG_CACHE_HOME : env.HOME;
  if (!isAbsolute(base ?? '')) return null;
  const folder = platform === 'darwin' ? 'Library/Caches' : isWindows || hasOwn ? '.' : '.cache';
  const directory = join(base, folder, 'revento');
  return isWindows || makePrivate(base, [...folder.split('/'), 'revento']) ? directory : null;
}

/** Makes directories below one that is there; says whether only this user, and root, can write on the way to the last. */
function makePrivate(base, names) {
  const { existsSync, lstatSync, mkdirSync, realpathSync } = require('node:fs');
  const { dirname, join } = require('node:path');
  /** A sticky directory such as /tmp is for everybody, but what is in it can't be replaced by others. */
  const isPrivate = (path) => {
    const { uid, mode } = lstatSync(path);
    const isOpen = (mode & 0o170000) !== 0o120000 && (mode & 0o022) !== 0 && (mode & 0o1000) === 0;
    return (uid === 0 || uid === process.getuid()) && !isOpen && (path === dirname(path) || isPrivate(dirname(path)));
  };
  try {
    if (!existsSync(base) || lstatSync(realpathSync.native(base)).uid !== process.getuid()) return false;
    let directory = base;
    for (const name of names) {
      directory = join(directory, name);
      if (!existsSync(directory)) mkdirSync(directory, { mode: 0o700 });
    }
    const real = realpathSync.native(directory);
    const isOpen = (lstatSync(real).mode & 0o022) !== 0;
    return !isOpen && isPrivate(directory) && (real === directory || isPrivate(real));
  } catch {
    return false;
  }
}
