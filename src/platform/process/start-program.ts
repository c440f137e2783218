import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { startFailure } from './start-failure.ts';
import { startOf } from './windows-start.ts';

/**
 * Starts a program without a shell. Node reports a few causes of a failure by the child's `error` event instead.
 *
 * @throws ReventoError `command_not_found`, `command_not_runnable`
 */
export function startProgram(
  [program = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
  options: SpawnOptions,
): ChildProcess {
  try {
    const { file, args: given, windowsVerbatimArguments } = startOf(program, args, env, process.platform);
    return spawn(file, given, { ...options, env: { ...env }, windowsVerbatimArguments });
  } catch (error) {
    throw startFailure(program, error as NodeJS.ErrnoException);
  }
}
