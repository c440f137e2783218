// Says at the end how much memory the process had at its peak, in KB.
const { writeSync } = require('node:fs');

process.on('exit', () => writeSync(2, `peak ${process.resourceUsage().maxRSS}\n`));
