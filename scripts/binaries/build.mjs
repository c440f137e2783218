// Makes the program as one file without Node.js, for each target or those that are named: archives, their checksums,
// and what package managers need of them. Everything is made twice and must be the same both times.
//
// Usage: npm run build:binaries -- [--out DIRECTORY] [--url URL] [TARGET…]
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sbomOf } from '../sbom.mjs';
import { pack, sumLine } from './archive.mjs';
import { build, compiler } from './executable.mjs';
import { formulaOf, scoopManifestOf } from './manifests.mjs';
import { bunVersion, targets } from './targets.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const { values, positionals } = parseArgs({
  options: { out: { type: 'string' }, url: { type: 'string' } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !targets.some((target) => target.name === name));
if (unknown.length > 0)
  fail(`unknown target ${unknown.join(', ')}; known: ${targets.map(({ name }) => name).join(', ')}`);
const isHost = ({ name }) => name === `${process.platform}-${process.arch}`;
const host = targets.find(isHost) ?? fail(`cannot build on ${process.platform} ${process.arch}`);
const chosen = targets.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const absent = targets.filter((target) => !chosen.includes(target));
if (values.url !== undefined && absent.length > 0)
  fail(`--url needs all targets: ${absent.map(({ name }) => name).join(', ')} is missing`);
const out = resolve(values.out ?? join(root, 'binaries'));
const readJson = async (...parts) => JSON.parse(await readFile(join(...parts), 'utf8'));
const manifest = await readJson(root, 'package.json');
const lock = await readJson(root, 'package-lock.json');

/** Its package on npm has no text of the license. */
const runtimeNotice = `bun ${bunVersion} (MIT; the JavaScriptCore in it: LGPL-2.1)\n\nhttps://bun.com/docs/project/licensing\n`;

const work = await mkdtemp(join(tmpdir(), 'revento-binaries-'));
try {
  const dists = ['first', 'second'].map((name) => join(work, name, 'dist'));
  for (const dist of dists) {
    await mkdir(dirname(dist));
    build(dist);
  }
  const compilers = await Promise.all(dists.map((dist) => compiler(dist, work)));
  await mkdir(out, { recursive: true });
  const sums = [];
  for (const target of chosen) sums.push(sumLine(await archiveOf(target, dists[0], compilers)));
  await writeFile(join(out, 'SHA256SUMS'), sums.join(''));
  if (values.url !== undefined) await writeManifests(values.url, sums);
  process.stdout.write(`${sums.join('')}${chosen.length} made twice, with the same result, in ${out}\n`);
} finally {
  await rm(work, { recursive: true, force: true });
}

/** The archive of one target, once both builds of its executable are known to be equal. */
async function archiveOf(target, dist, compilers) {
  const folder = join(work, `revento-${target.name}`);
  const again = join(work, `${target.name}-again`);
  const made = [];
  for (const [index, directory] of [folder, again].entries()) {
    await mkdir(directory);
    made.push(await readFile(await compilers[index].compile(target, host, directory)));
  }
  if (!made[0].equals(made[1])) throw new Error(`${target.name}: two builds of the same sources differ`);
  await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  await cp(join(dist, 'man'), join(folder, 'man'), { recursive: true });
  const notices = await readFile(join(dist, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
  await writeFile(join(folder, 'THIRD-PARTY-NOTICES.txt'), `${notices}\n${'-'.repeat(72)}\n\n${runtimeNotice}`);
  await writeFile(join(folder, 'sbom.cdx.json'), sbomWithRuntime(await readJson(dist, 'sbom.cdx.json'), target));
  await setModes(folder);
  const archive = await pack(folder, target.name.startsWith('windows'));
  const file = join(out, basename(archive));
  await cp(archive, file);
  return file;
}

/** The same for everybody's umask. */
async function setModes(folder) {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const isRunnable = entry.isDirectory() || /^revento(?:\.exe)?$/.test(entry.name);
    await chmod(join(entry.parentPath, entry.name), isRunnable ? 0o755 : 0o644);
  }
  await chmod(folder, 0o755);
}

/** What is in the npm package, with the runtime, and with the keyring's module of this target alone. */
function sbomWithRuntime({ components }, { bun, integrity, keyring }) {
  const compiled = components.filter(({ scope }) => scope === 'required').map(({ name }) => name);
  const runtime = { version: bunVersion, license: 'MIT', integrity };
  const packages = { ...lock.packages, [`node_modules/${bun}`]: runtime };
  return sbomOf({ ...manifest, optionalDependencies: { [keyring]: '' } }, { packages }, [...compiled, bun]);
}

async function writeManifests(url, lines) {
  const sums = new Map(lines.map((line) => line.trim().split('  ').reverse()));
  await writeFile(join(out, 'revento.rb'), formulaOf(manifest.version, url, sums));
  await writeFile(join(out, 'revento.json'), scoopManifestOf(manifest.version, url, sums));
}

function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(1);
}
