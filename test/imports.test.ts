import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = join(import.meta.dirname, '../src');

/** What each room may import from. `platform` here means its types; the implementations are listed below. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  main: ['cli', 'platform', 'root'],
  cli: ['commands', 'help', 'output', 'platform', 'ports', 'root', 'wire'],
  wire: ['*'],
  commands: ['sandbox', 'auth', 'api', 'webhook', 'output', 'ports', 'root'],
  complete: ['commands', 'completion', 'platform', 'root'],
  completion: ['commands', 'help', 'sandbox', 'api', 'webhook', 'ports', 'root'],
  help: ['commands', 'ports', 'root'],
  sandbox: ['auth', 'webhook', 'ports', 'root'],
  auth: ['ports', 'root'],
  api: ['ports', 'root', 'output'],
  webhook: ['ports', 'root', 'output'],
  output: ['ports', 'root'],
  platform: ['ports', 'root', 'platform'],
  ports: ['ports', 'root'],
  root: ['root', 'ports', 'output'],
};

/** Files that hold types and failures, not access to the machine. */
const portFiles = new Set(['platform/ports.ts', 'platform/failure.ts', 'output/item.ts']);
/** Of `output`, what the rooms beside it may use: JSON handled as text, and text made harmless. */
const sharedOutput = new Set(['output/json-text.ts', 'output/sanitise.ts']);
/** Of `auth` and `webhook`, what the sandbox shares with the client. Both are tested against vectors made elsewhere. */
const sandboxShares = new Set(['auth/pkce.ts', 'webhook/signature.ts', 'webhook/event.ts']);

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .map((file) => file.replaceAll('\\', '/'));

function roomOf(file: string): string {
  if (portFiles.has(file)) return 'ports';
  const [first = '', second] = file.split('/');
  if (second !== undefined) return first;
  const name = first.replace(/\.ts$/, '');
  return name in allowed ? name : name === 'program' || name === 'report' ? 'cli' : 'root';
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  const found = [...text.matchAll(/(?:\bfrom|\bimport\()\s*'(\.[^']+)'/g)].map(([, path]) => path as string);
  return found.map((path) => relative(src, resolve(dirname(join(src, file)), path)).replaceAll('\\', '/'));
}

function isAllowed(from: string, to: string): boolean {
  const [room, target] = [roomOf(from), roomOf(to)];
  if (room === target) return true;
  const rules = allowed[room] ?? [];
  if (!rules.includes('*') && !rules.includes(target)) return false;
  if (['api', 'webhook', 'root'].includes(room) && target === 'output') return sharedOutput.has(to);
  if (room === 'sandbox' && (target === 'auth' || target === 'webhook')) return sandboxShares.has(to);
  return true;
}

describe('imports run one way', () => {
  it.each(files)('%s', (file) => {
    const wrong = importsOf(file).filter((target) => !isAllowed(file, target));
    expect(wrong).toEqual([]);
  });

  it('notices an import against the direction', () => {
    expect(isAllowed('auth/session.ts', 'api/client.ts')).toBe(false);
    expect(isAllowed('commands/login.ts', 'platform/vault.ts')).toBe(false);
    expect(isAllowed('commands/login.ts', 'platform/ports.ts')).toBe(true);
  });
});
