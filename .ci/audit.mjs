// Asks the registry for known vulnerabilities. One in what users get fails: what is installed with revento, and what is
// compiled into it, which npm counts as development only. One in a tool of ours is named and no more. A registry that
// has no advisories to give, such as a mirror, is reported and is not a failure.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const { stdout, error } = spawnSync('npm', ['audit', '--json'], { cwd: root, encoding: 'utf8' });
if (error) throw error;
const report = JSON.parse(stdout);
if (report.vulnerabilities === undefined) {
  console.log(`audit: not asked, this registry gives no advisories (${report.message ?? report.error?.summary})`);
} else {
  const { optionalDependencies, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const notices = readFileSync(join(root, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
  const compiled = [...notices.matchAll(/^(\S+) \d\S* \(.+\)$/gm)].map(([, name]) => name);
  const shipped = new Set([...compiled, ...Object.keys({ ...optionalDependencies, ...dependencies })]);
  for (const { name, severity, range } of Object.values(report.vulnerabilities)) {
    const isShipped = shipped.has(name);
    console.log(
      `audit: ${[name, range].join(' ').trim()}: ${severity}, ${isShipped ? 'in what users get' : 'in a tool of ours'}`,
    );
    if (isShipped) process.exitCode = 1;
  }
  if (process.exitCode === undefined)
    console.log(`audit: nothing known against the ${shipped.size} packages users get`);
}
