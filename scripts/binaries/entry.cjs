'use strict';
// Where the one file without Node.js begins: what bin/revento.js is for the npm package.
const { existsSync } = require('node:fs');
const { dirname, join } = require('node:path');

/** Native code can't be inside: it is beside the executable. */
const keyringModule = {
  locate() {
    const path = join(dirname(process.execPath), 'revento-keyring.node');
    if (existsSync(path)) return path;
    throw new Error(`${path} is missing`);
  },
  remedy: `put revento-keyring.node of the archive into ${dirname(process.execPath)}`,
};

const command = process.argv[2];
if (command === '__complete') require('../dist/complete.cjs').main();
else if (command === '__keyring') require('../dist/keyring.cjs').answerFrom(keyringModule);
else require('../dist/main.cjs').main((status) => process.exit(status), [process.execPath]);
