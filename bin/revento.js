#!/usr/bin/env node
'use strict';
// Checks the Node version and starts the built program. `--version` is answered here, before anything loads.
const [major, minor, patch] = process.versions.node.split('.').map(Number.parseFloat);
if (major < 20 || (major === 20 && (minor < 18 || (minor === 18 && patch < 1)))) {
  process.stderr.write(`error: revento needs Node.js 20.18.1 or newer; this is ${process.versions.node}\n`);
  process.stderr.write('hint: install a current Node.js from https://nodejs.org\n');
  process.exitCode = 1;
} else if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  process.stdout.on('error', ({ code }) => {
    // A reader that has gone has seen enough.
    if (code === 'EPIPE') return;
    process.stderr.write(`error: The output cannot be written: ${code}\n`);
    process.exitCode = 1;
  });
  process.stdout.write(`${require('../package.json').version}\n`);
} else {
  keepCompiledCode();
  // Stack traces then name the sources' lines, not the bundle's. Reading the maps takes time, so only when asked.
  // What stands behind `--` is for another program.
  const debug = process.argv.indexOf('--debug');
  const end = process.argv.indexOf('--');
  const isDebug = (debug >= 0 && (end < 0 || debug < end)) || isOn(process.env.REVENTO_DEBUG);
  if (isDebug) process.setSourceMapsEnabled(true);
  const program = load(process.argv[2] === '__complete' ? '../dist/complete.cjs' : '../dist/main.cjs');
  program?.main();
}

/** The built program; null in a checkout that has none yet. */
function load(path) {
  try {
    return require(path);
  } catch (error) {
    const isBuilt = require('node:fs').existsSync(require('node:path').join(__dirname, path));
    if (error.code !== 'MODULE_NOT_FOUND' || isBuilt) throw error;
    process.stderr.write('error: This checkout of revento is not built yet.\n');
    process.stderr.write('hint: in its directory, run: npm ci && npm run build\n');
    process.exitCode = 1;
    return null;
  }
}

/** The same rule as isOn() in src/config/environment.ts, which would have to be loaded. */
function isOn(value) {
  return value !== undefined && !['', '0', 'false'].includes(value);
}

/**
 * From Node 22 on, what this run compiles is kept for the next one. It is code, so it is kept where only this user
 * writes: not in a shared directory for temporary files, and under sudo not in the other user's home. On Node 20
 * loading a cache takes longer than compiling does.
 */
function keepCompiledCode() {
  const { enableCompileCache } = require('node:module');
  if (enableCompileCache === undefined) return;
  const { env, platform } = process;
  const base = platform === 'win32' ? env.LOCALAPPDATA : env.XDG_CACHE_HOME || env.HOME;
  const owner = base && ownerOf(base);
  if (owner === undefined || (platform !== 'win32' && owner !== process.getuid())) return;
  const folder = platform === 'darwin' ? 'Library/Caches' : platform === 'win32' || env.XDG_CACHE_HOME ? '.' : '.cache';
  enableCompileCache(require('node:path').join(base, folder, 'revento'));
}

/** The user id that a directory belongs to; undefined when it is not there, or closed to us. */
function ownerOf(directory) {
  try {
    return require('node:fs').statSync(directory).uid;
  } catch {
    return undefined;
  }
}
