// Says at the end how much memory the process had at its peak, in KB. Not by resourceUsage(): that begins with what the
// process had that started this one.
const { readFileSync, writeSync } = require('node:fs');

process.on('exit', () => {
  const [, peak] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  writeSync(2, `peak ${peak}\n`);
});
