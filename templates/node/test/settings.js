// Settings of the tests: a directory and secrets of their own. Import it before anything else.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const directory = mkdtempSync(join(tmpdir(), 'revento-integration-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));

const defaults = {
  REVENTO_AUTH_BASE: 'http://localhost:9',
  REVENTO_API_BASE: 'http://localhost:9/api/v1',
  REVENTO_CLIENT_ID: 'tests',
  REVENTO_CLIENT_SECRET: randomBytes(24).toString('hex'),
  REVENTO_WEBHOOK_SECRET: randomBytes(24).toString('hex'),
  REVENTO_REDIRECT_URI: 'http://localhost:3000/callback',
  SANDBOX_EVENT_ID: 'evt_test_published',
};
for (const [name, value] of Object.entries(defaults)) process.env[name] ??= value;
process.env.REVENTO_TOKEN_KEY = randomBytes(32).toString('base64');
process.env.DATA_DIR = directory;
