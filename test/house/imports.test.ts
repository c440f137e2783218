import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = join(import.meta.dirname, '../../src');

/** What each folder may import, itself aside. Every line names only folders that stand above it in this table. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  text: ['errors'],
  files: ['errors'],
  login: ['errors', 'files', 'text'],
  ports: ['login', 'text'],
  json: ['text'],
  output: ['errors', 'json', 'text'],
  http: ['errors', 'ports', 'text'],
  pages: ['ports', 'text'],
  config: ['errors', 'files', 'http', 'output', 'ports', 'text'],
  api: ['errors', 'http', 'json', 'login', 'output', 'ports', 'text'],
  checks: ['pages', 'text'],
  webhook: ['checks', 'errors', 'files', 'http', 'json', 'ports', 'text'],
  auth: ['config', 'errors', 'files', 'http', 'json', 'login', 'pages', 'ports', 'text'],
  platform: ['config', 'errors', 'files', 'http', 'json', 'login', 'ports', 'text'],
  sandbox: ['auth', 'errors', 'http', 'json', 'login', 'pages', 'ports', 'text', 'webhook'],
  'command-kit': ['config', 'errors', 'files', 'json', 'output', 'ports', 'text'],
  help: ['command-kit', 'text'],
  commands: [
    'api',
    'auth',
    'checks',
    'command-kit',
    'config',
    'errors',
    'files',
    'help',
    'http',
    'json',
    'login',
    'output',
    'ports',
    'sandbox',
    'text',
    'webhook',
  ],
  completion: ['api', 'command-kit', 'commands', 'config', 'help', 'login', 'output', 'ports', 'sandbox', 'webhook'],
  cli: [
    'auth',
    'command-kit',
    'commands',
    'config',
    'errors',
    'help',
    'http',
    'login',
    'output',
    'platform',
    'ports',
    'text',
  ],
  'main.ts': ['cli', 'errors', 'platform'],
  'complete.ts': ['commands', 'completion', 'config', 'platform'],
};

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .map((file) => file.replaceAll('\\', '/'));

const folderOf = (file: string): string => file.split('/')[0] ?? '';
/** A command's own group: `commands/webhook/listen/run.ts` is `webhook`. */
const groupOf = (file: string): string | null => (file.startsWith('commands/') ? (file.split('/')[1] ?? null) : null);

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  const found = [...text.matchAll(/(?:\bfrom|\bimport\()\s*'(\.[^']+)'/g)].map(([, path]) => path as string);
  return found.map((path) => relative(src, resolve(dirname(join(src, file)), path)).replaceAll('\\', '/'));
}

function isAllowed(from: string, to: string): boolean {
  const [folder, target] = [folderOf(from), folderOf(to)];
  if (folder !== target) return allowed[folder]?.includes(target) ?? false;
  const [group, other] = [groupOf(from), groupOf(to)];
  return group === other || group === 'registry.ts' || other === 'shared' || group === null;
}

describe('imports run one way', () => {
  it.each(files)('%s', (file) => {
    expect(importsOf(file).filter((target) => !isAllowed(file, target))).toEqual([]);
  });

  it('has a table without a way back', () => {
    const order = Object.keys(allowed);
    for (const [folder, targets] of Object.entries(allowed)) {
      expect(targets.filter((target) => order.indexOf(target) >= order.indexOf(folder))).toEqual([]);
    }
  });
});
