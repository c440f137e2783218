'use strict';
// Preloaded into a program: tells the most memory it ever held, KiB, on file descriptor 3. Not by resourceUsage(): that
// begins with what the process had that started this one.
const { readFileSync, writeSync } = require('node:fs');

process.on('exit', () => {
  const [, peak] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  writeSync(3, `${peak}\n`);
});
