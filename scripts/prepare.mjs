// Builds a checkout after `npm ci`, `npm install` and `npm install git+…`. Without the development packages it cannot
// build, so it does nothing.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const isInstalled = existsSync(fileURLToPath(import.meta.resolve('../node_modules/rolldown/package.json')));
if (isInstalled) await import('./build.mjs');
else console.error('revento is not built: the development packages are not installed');
