// Bundles src/ into dist/: CommonJS, because it starts faster than ES modules on Node 20, and split by command,
// because a command should pay for what it uses. Third-party licences are collected next to it.
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({ options: { out: { type: 'string' } } });
const target = resolve(values.out ?? join(root, 'dist'));
// Built beside its place and moved there when it is whole: whoever runs the program meanwhile runs the old one.
const dist = await mkdtemp(`${target}-`);
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

/** `import text from './file?raw'` gives the file's text, as it does in the tests. */
const rawText = {
  name: 'raw-text',
  resolveId: (source, importer) => (source.endsWith('?raw') ? join(dirname(importer), source) : null),
  load: async (id) =>
    id.endsWith('?raw') ? `export default ${JSON.stringify(await readFile(id.slice(0, -4), 'utf8'))}` : null,
};

const bundle = await rolldown({
  input: { main: join(root, 'src/main.ts'), complete: join(root, 'src/complete.ts') },
  cwd: root,
  plugins: [rawText],
  platform: 'node',
  external: ['@napi-rs/keyring'],
  tsconfig: join(root, 'tsconfig.json'),
  transform: { define: { REVENTO_VERSION: JSON.stringify(version) } },
  treeshake: true,
});
await bundle.write({
  dir: dist,
  format: 'cjs',
  exports: 'named',
  sourcemap: true,
  minify: { mangle: false, compress: true, codegen: { removeWhitespace: true } },
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name]-[hash].cjs',
});
await bundle.close();

const maps = (await readdir(dist)).filter((name) => name.endsWith('.map'));
const packages = new Set();
for (const name of maps) {
  const { sources } = JSON.parse(await readFile(join(dist, name), 'utf8'));
  for (const source of sources) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(source);
    if (found) packages.add(found[1]);
  }
}
const notices = [];
for (const name of [...packages].sort()) {
  const folder = join(root, 'node_modules', name);
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const licence = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
  const text = licence ? await readFile(join(folder, licence), 'utf8') : `${manifest.license}\n`;
  notices.push(`${name} ${manifest.version} (${manifest.license})\n\n${text.trim()}\n`);
}
await writeFile(join(dist, 'THIRD-PARTY-NOTICES.txt'), notices.join(`\n${'-'.repeat(72)}\n\n`));

await rm(target, { recursive: true, force: true });
await rename(dist, target);
