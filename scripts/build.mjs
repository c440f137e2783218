// Bundles src/ into dist/: CommonJS, because it starts faster than ES modules on Node 20, and split by command,
// because a command should pay for what it uses. Man pages, third-party licenses and an SBOM are put next to it.
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';
import { makeDocuments } from './docs.mjs';
import { assembledText } from './excerpts.mjs';
import { folderText } from './folder-text.mjs';
import { pagePackages, pageScript } from './page-script.mjs';
import { rawText } from './raw-text.mjs';
import { sbomOf } from './sbom.mjs';
import { http2WhenUsed, importByRequire, whenUsed } from './when-used.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({ options: { out: { type: 'string' } } });
const target = resolve(values.out ?? join(root, 'dist'));
// Built in another folder and moved when complete: a program that starts meanwhile is the old one.
const dist = await mkdtemp(`${target}-`);
await chmod(dist, 0o755);
const readJson = async (file) => JSON.parse(await readFile(join(root, file), 'utf8'));
const manifest = await readJson('package.json');

const modules = (...paths) => new RegExp(`/(${paths.join('|')})[.]ts$`);
/**
 * Chunks of the program, each with all that its modules import: what a usual command needs is a handful of files then,
 * not sixty. A module that two chunks need is in the one of the higher priority.
 */
const chunks = [
  {
    name: 'start',
    test: modules(
      'src/main',
      // Small, and needed by nearly all commands.
      'src/text/(bytes|time|secret|plain-line)',
      'src/json/(text|parse|value)',
      'src/http/failure',
      'src/login/login-name',
      'src/commands/shared/login-(choice|missing)',
    ),
    priority: 6,
  },
  { name: 'help', test: modules('src/help/(text|page)'), priority: 5 },
  { name: 'list', test: modules('src/commands/api/resource'), priority: 4 },
  { name: 'wire', test: modules('src/cli/wire/wire', 'src/output/(printer|marked-style)'), priority: 3 },
  {
    name: 'store',
    test: modules(
      'src/auth/session/session',
      'src/platform/store/(vault|rescue-dirs|profiles/stored-profiles)',
      'src/platform/lock/lock',
    ),
    priority: 2,
  },
  {
    name: 'call',
    test: modules('src/api/(client|budget)', 'src/platform/(http/client|store/shared-log)', 'src/output/table'),
    priority: 1,
  },
];

/** Bundles entries into a folder of dist. */
async function bundle(input, dir, groups = []) {
  const build = await rolldown({
    input,
    cwd: root,
    plugins: [rawText, assembledText, folderText, pageScript, whenUsed, importByRequire, http2WhenUsed],
    platform: 'node',
    external: ['@napi-rs/keyring'],
    tsconfig: join(root, 'tsconfig.json'),
    transform: { define: { REVENTO_VERSION: JSON.stringify(manifest.version) } },
    treeshake: true,
    // The scripts of the pages are separate bundles, which takes time. With the chunks above, `import()` still delays what
    // another module imports statically.
    checks: { pluginTimings: false, ineffectiveDynamicImport: false },
  });
  await build.write({
    dir,
    format: 'cjs',
    exports: 'named',
    sourcemap: true,
    minify: { mangle: false, compress: true, codegen: { removeWhitespace: true } },
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    codeSplitting: { groups },
  });
  await build.close();
}

const edges = ['main', 'complete', 'keyring'];
await bundle(Object.fromEntries(edges.map((name) => [name, join(root, `src/${name}.ts`)])), dist, chunks);

// The library is bundled separately: shared chunks would make the program load more of them.
const library = join(dist, 'library');
await bundle({ sandbox: join(root, 'src/library/start-sandbox.ts') }, library);
await writeFile(
  join(library, 'sandbox.mjs'),
  "import library from './sandbox.cjs';\nexport const { SandboxError, startSandbox } = library;\n",
);
// The declarations are published unchanged, one file for each kind of module.
const parts = ['public.ts', 'public-data.ts'].map((file) => readFile(join(root, 'src/library', file), 'utf8'));
const declarations = (await Promise.all(parts)).join('\n').replace(/^import type \{[^}]*\} from .*\n/gm, '');
for (const name of ['sandbox.d.mts', 'sandbox.d.cts']) await writeFile(join(library, name), declarations);

// Source maps give stack traces the lines of the sources; the sources of other packages are left out.
const packages = new Set(pagePackages);
for (const name of (await readdir(dist, { recursive: true })).filter((file) => file.endsWith('.map'))) {
  const map = JSON.parse(await readFile(join(dist, name), 'utf8'));
  map.sourcesContent = map.sources.map((source, index) => {
    // A script for the browser is already a bundle: its lines are not those of a source.
    if (/\?page(?:-module)?$/.test(source)) return null;
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(source);
    if (found) packages.add(found[1]);
    return found ? null : map.sourcesContent[index];
  });
  await writeFile(join(dist, name), JSON.stringify(map));
}
const notices = [];
for (const name of [...packages].sort()) {
  const folder = join(root, 'node_modules', name);
  const { version, license } = await readJson(join('node_modules', name, 'package.json'));
  const file = (await readdir(folder)).find((one) => /^licen[cs]e/i.test(one));
  const text = file ? await readFile(join(folder, file), 'utf8') : `${license}\n`;
  notices.push(`${name} ${version} (${license})\n\n${text.trim()}\n`);
}
await writeFile(join(dist, 'THIRD-PARTY-NOTICES.txt'), notices.join(`\n${'-'.repeat(72)}\n\n`));
const sbom = sbomOf(manifest, await readJson('package-lock.json'), [...packages].sort());
await writeFile(join(dist, 'sbom.cdx.json'), sbom);

await mkdir(join(dist, 'man'));
for (const { file, text } of (await makeDocuments()).man) await writeFile(join(dist, 'man', file), text);

const old = `${dist}-old`;
await rename(target, old).catch((error) => {
  if (error.code !== 'ENOENT') throw error;
});
await rename(dist, target);
await rm(old, { recursive: true, force: true });
