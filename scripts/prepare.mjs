// Builds a checkout after `npm ci`, `npm install` and `npm install git+…`. An installation without the development
// packages has nothing to build with, and is left as it is.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const isInstalled = existsSync(fileURLToPath(import.meta.resolve('../node_modules/rolldown/package.json')));
if (isInstalled) await import('./build.mjs');
else console.error('revento is not built: the development packages are not installed');
