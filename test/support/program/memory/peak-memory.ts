import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ProgramRig, StartOptions } from '../program-rig.ts';

export const peakMemoryLack = existsSync('/proc/self/status') ? null : 'needs /proc/self/status';

const preload = [join(import.meta.dirname, '../preload/peak-memory.cjs')];

/** Bytes of memory that a run of the program had at its peak. @throws Error where the run failed */
export async function peakMemoryOf(
  rig: ProgramRig,
  args: readonly string[],
  options: Omit<StartOptions, 'preload'>,
): Promise<number> {
  const { code, stderr } = await rig.run(args, { ...options, preload });
  const peak = /^peak (\d+)$/m.exec(stderr)?.[1];
  if (code !== 0 || peak === undefined) throw new Error(`no peak; the run ended with ${code}: ${stderr}`);
  return Number(peak) * 1_024;
}
