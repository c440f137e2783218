import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { until } from '../until.ts';

const parents: (() => void)[] = [];

/** The number of a process that has ended and is not collected by its parent, until `collectZombies`. */
export async function zombie(): Promise<number> {
  // The shell starts a process and then becomes one that never waits for it.
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60']);
  parents.push(() => parent.kill('SIGKILL'));
  const pid = await new Promise<number>((resolve) => parent.stdout.on('data', (text) => resolve(Number(text))));
  // Before that the shell would collect it.
  await until(() => readFileSync(`/proc/${parent.pid}/comm`, 'latin1') === 'sleep\n', 'the shell has become another');
  process.kill(pid, 'SIGKILL');
  await until(() => readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z '), 'it is a zombie');
  return pid;
}

export function collectZombies(): void {
  for (const end of parents.splice(0)) end();
}
