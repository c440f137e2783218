import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { revento, root } from '../program/build.ts';
import type { Machine } from './machine.ts';

/** A project of a user's, with the packed tool in `vendor/`, where docs/ci.md says to put it. */
export function withVendoredPackage(machine: Machine, scripts: Readonly<Record<string, string>> = {}): void {
  const manifest = { name: 'project', version: '1.0.0', private: true, scripts };
  writeFileSync(join(machine.project, 'package.json'), JSON.stringify(manifest));
  const vendor = join(machine.project, 'vendor');
  mkdirSync(vendor);
  const flags = ['pack', '--ignore-scripts', '--offline', '--pack-destination', vendor];
  execFileSync('npm', flags, { cwd: dirname(dirname(revento)), env: machine.env, stdio: 'pipe' });
}

/**
 * Installs it, and completes the lock file: npm leaves out the optional keyring where no registry can be asked, and
 * `npm ci` then wants it. Its rows are those of our own lock file.
 */
export function installVendored(machine: Machine): void {
  execFileSync('npm', ['install', '--save-dev', './vendor/revento-0.1.0.tgz'], {
    cwd: machine.project,
    env: machine.env,
    stdio: 'pipe',
  });
  const path = join(machine.project, 'package-lock.json');
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const ours = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  for (const [name, row] of Object.entries(ours.packages)) {
    if (name.startsWith('node_modules/@napi-rs/keyring')) lock.packages[name] ??= row;
  }
  writeFileSync(path, JSON.stringify(lock));
}
