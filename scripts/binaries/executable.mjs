import { execFile, execFileSync } from 'node:child_process';
import { copyFile, cp, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { unpacked } from './package.mjs';
import { bunVersion } from './targets.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** What a file of Bun's would load by default from the directory it is run in, such as code that runs before ours. */
const foreign = ['dotenv', 'bunfig', 'tsconfig', 'package-json'];

/**
 * Makes executables of a build.
 *
 * @param {string} dist  the build
 * @param {string} work  a directory for what is downloaded; not emptied
 */
export async function compiler(dist, work) {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const folders = new Map();
  const folderOf = (name, version, integrity) => {
    const made = folders.get(name) ?? unpacked(`${name}@${version}`, integrity, join(work, 'packages', name));
    folders.set(name, made);
    return made;
  };
  const runtimeOf = async ({ name, bun, integrity }) => {
    const folder = await folderOf(bun, bunVersion, integrity);
    return join(folder, 'bin', name.startsWith('windows') ? 'bun.exe' : 'bun');
  };

  return {
    /**
     * @param target  a row of targets.mjs
     * @param host  the row of this machine, whose runtime compiles
     * @param {string} directory  receives `revento`, or `revento.exe`, and the module for the OS keyring
     * @returns {Promise<string>} the executable
     */
    async compile(target, host, directory) {
      const [bun, runtime] = [await runtimeOf(host), await runtimeOf(target)];
      // Compiled where it is alone: paths of this machine would get into the file.
      const stage = join(directory, 'stage');
      await mkdir(join(stage, 'bin'), { recursive: true });
      await cp(dist, join(stage, 'dist'), {
        recursive: true,
        filter: (file) => !/\.map$|\/(?:man|library)$/.test(file),
      });
      await copyFile(join(root, 'scripts/binaries/entry.cjs'), join(stage, 'bin/revento.cjs'));
      const file = target.name.startsWith('windows') ? 'revento.exe' : 'revento';
      const flags = ['--compile', '--bytecode', ...foreign.map((kind) => `--no-compile-autoload-${kind}`)];
      flags.push(`--target=${target.target}`, `--compile-executable-path=${runtime}`, '--define=__filename="/revento"');
      await promisify(execFile)(bun, ['build', ...flags, 'bin/revento.cjs', '--outfile', file], {
        cwd: stage,
        // Its settings, such as BUN_OPTIONS, would change what is built.
        env: { PATH: process.env.PATH, HOME: stage, TMPDIR: stage },
      });
      const executable = join(directory, file);
      await copyFile(join(stage, file), executable);
      await rm(stage, { recursive: true });
      const { version, integrity } = lock.packages[`node_modules/${target.keyring}`];
      const keyring = await folderOf(target.keyring, version, integrity);
      const { main } = JSON.parse(await readFile(join(keyring, 'package.json'), 'utf8'));
      await copyFile(join(keyring, main), join(directory, 'revento-keyring.node'));
      return executable;
    },
  };
}

/** Builds `dist/` into a directory, apart from the checkout's own. */
export function build(out) {
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), '--out', out], { cwd: root, stdio: 'inherit' });
}
