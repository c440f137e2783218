// `npm run docs`: writes docs/reference.md, docs/sandbox-api.md, schemas/ and the programs that other pages show from the
// sources, the figures of docs/comparison.md from bench/results.json, and names the man pages in package.json. A test fails when one of them is out of date.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { assembledText } from './excerpts.mjs';
import { folderText } from './folder-text.mjs';
import { pageScript } from './page-script.mjs';
import { rawText } from './raw-text.mjs';

const root = join(import.meta.dirname, '..');

/**
 * The documents generated from the sources. The sources are TypeScript, so they are bundled before they are loaded.
 *
 * @returns {Promise<{ reference: string, sandboxApi: string, comparison: string, man: { file: string, text: string }[],
 *   schemas: { file: string, text: string }[], programs: { file: string, text: string }[] }>}
 */
export async function makeDocuments() {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const directory = await mkdtemp(join(tmpdir(), 'revento-docs-'));
  try {
    const bundle = await rolldown({
      input: join(root, 'scripts/docs/documents.ts'),
      cwd: root,
      plugins: [rawText, assembledText, folderText, pageScript],
      platform: 'node',
      external: ['@napi-rs/keyring'],
      tsconfig: join(root, 'tsconfig.json'),
    });
    await bundle.write({
      dir: directory,
      format: 'esm',
      entryFileNames: '[name].mjs',
      chunkFileNames: '[name]-[hash].mjs',
    });
    await bundle.close();
    const { documents } = await import(pathToFileURL(join(directory, 'documents.mjs')).href);
    return await documents(version);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  await mkdir(join(root, 'docs'), { recursive: true });
  const { reference, sandboxApi, comparison, man, schemas, programs } = await makeDocuments();
  await writeFile(join(root, 'docs/reference.md'), reference);
  await writeFile(join(root, 'docs/sandbox-api.md'), sandboxApi);
  await writeFile(join(root, 'docs/comparison.md'), comparison);
  await mkdir(join(root, 'schemas'), { recursive: true });
  for (const { file, text } of schemas) await writeFile(join(root, 'schemas', file), text);
  for (const { file, text } of programs) await writeFile(join(root, file), text);
  // npm links the files that are listed here; it ignores a folder.
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const listed = { ...manifest, man: man.map(({ file }) => `./dist/man/${file}`) };
  await writeFile(join(root, 'package.json'), `${JSON.stringify(listed, null, 2)}\n`);
  const files = [
    'docs/reference.md',
    'docs/sandbox-api.md',
    'docs/comparison.md',
    'schemas/',
    ...programs.map(({ file }) => file),
  ];
  console.log(`Written: ${files.join(', ')}, and the list of man pages in package.json`);
}
