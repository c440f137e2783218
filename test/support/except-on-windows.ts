import { it } from 'vitest';
import { withReason } from './program/needs.ts';

const isWindows = process.platform === 'win32';

/** Why a test cannot run here; null where it can. */
export const noModes = isWindows ? 'Windows has no modes' : null;

/** `it` of a test that cannot run on Windows, where its name says why. */
export function exceptOnWindows(why: string): (name: string, work: () => void | Promise<void>) => void {
  return (name, work) => it.skipIf(isWindows)(withReason(name, isWindows ? why : null), work);
}
