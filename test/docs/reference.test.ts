import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { documents } from '../../scripts/docs/documents.ts';
import { registry } from '../../src/commands/registry.ts';
import { root } from '../support/program/build.ts';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
let made: Awaited<ReturnType<typeof documents>>;

beforeAll(async () => {
  made = await documents(manifest.version);
});

describe('the written documentation is what the sources say; if not, `npm run docs` fixes it', () => {
  it('docs/reference.md', () => {
    expect(readFileSync(join(root, 'docs/reference.md'), 'utf8')).toBe(made.reference);
  });

  it('docs/sandbox-api.md', () => {
    expect(readFileSync(join(root, 'docs/sandbox-api.md'), 'utf8')).toBe(made.sandboxApi);
  });

  it('docs/comparison.md, from bench/results.json', () => {
    expect(readFileSync(join(root, 'docs/comparison.md'), 'utf8')).toBe(made.comparison);
  });

  it('schemas/', () => {
    for (const { file, text } of made.schemas)
      expect(readFileSync(join(root, 'schemas', file), 'utf8'), file).toBe(text);
  });

  it('the programs that pages show', () => {
    for (const { file, text } of made.programs) expect(readFileSync(join(root, file), 'utf8'), file).toBe(text);
  });

  it('the list of man pages in package.json', () => {
    expect(manifest.man).toEqual(made.man.map(({ file }) => `./dist/man/${file}`));
  });

  it('every command has a man page and a place in the reference', () => {
    for (const { name } of registry) {
      expect(made.reference).toContain(`\n### revento ${name}\n`);
      expect(made.man.map(({ file }) => file)).toContain(`revento-${name.replaceAll(' ', '-')}.1`);
    }
  });
});
