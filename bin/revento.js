#!/usr/bin/env node
'use strict';
// Checks the Node version and starts the built program. `--version` is answered here, before anything loads.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 18)) {
  process.stderr.write(`error: revento needs Node.js 20.18.1 or newer; this is ${process.versions.node}\n`);
  process.stderr.write('hint: install a current Node.js from https://nodejs.org\n');
  process.exitCode = 1;
} else if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  process.stdout.write(`${require('../package.json').version}\n`);
} else if (process.argv[2] === '__complete') {
  require('../dist/complete.cjs').main();
} else {
  // Stack traces then name the sources' lines, not the bundle's. Reading the maps takes time, so only when asked.
  if (process.argv.includes('--debug') || process.env.REVENTO_DEBUG) process.setSourceMapsEnabled(true);
  require('../dist/main.cjs').main();
}
