// Bundles src/ into dist/: CommonJS, because it starts faster than ES modules on Node 20, and split by command,
// because a command should pay for what it uses. Third-party licences are collected next to it.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

await rm(dist, { recursive: true, force: true });
const bundle = await rolldown({
  input: { main: join(root, 'src/main.ts') },
  cwd: root,
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
