import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inspect } from '../../../src/commands/webhook/inspect.ts';
import { createForwarder } from '../../../src/platform/http/forwarder.ts';
import { createServe } from '../../../src/platform/http/server.ts';
import { memory } from '../../support/commands/deps.ts';
import { lineOf, secret } from '../../support/webhook/scrubbed.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'revento-inspect-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = `\ufeff${lineOf({ name: 'Zoë' })}\r\n\r\n${lineOf({ name: 'Bob' })}\r\n`;

it.each([
  ['UTF-8 with a byte order mark', Buffer.from(text)],
  ['UTF-16, as a redirect of PowerShell writes it', Buffer.from(text, 'utf16le')],
  ['big-endian UTF-16', Buffer.from(text, 'utf16le').swap16()],
])('shows each delivery of a file in %s with its own line, verified', async (_encoding, bytes) => {
  const file = join(folder, 'deliveries.ndjson');
  writeFileSync(file, bytes);
  const { deps, notices } = memory({ environmentSecrets: { webhook_secret: secret } });
  const serve = async () =>
    createServe((error) => {
      throw error;
    });
  const items = inspect.run({ file, uiPort: '0', browser: false }, { ...deps, serve, forwarder: createForwarder });
  expect((await items.next()).value).toMatchObject({ data: { deliveries: 2 } });
  const [, address = '', key = ''] = /^page: (.*)\/#key=(.*)$/.exec(notices.join('\n')) ?? [];
  const headers = { Authorization: `Bearer ${key}` };
  const views = await Promise.all([1, 2].map((id) => fetch(`${address}/deliveries/${id}`, { headers })));
  for (const view of views) expect(await view.json()).toMatchObject({ signature: { signed_by: 'webhook_secret' } });
  await items.return(undefined);
});
