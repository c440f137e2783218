import { isAbsolute, join } from 'node:path';

/**
 * Directories for sealed copies of a login that its own directory could not take: the user's state directory, then
 * the machine's temporary one. On other file systems than the first, with luck.
 *
 * Source: XDG Base Directory Specification 0.8.
 */
export function rescueDirectories(machine: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly temporary: string;
}): readonly string[] {
  const { env, home, temporary } = machine;
  const state = env['XDG_STATE_HOME'];
  const base = state && isAbsolute(state) ? state : home && join(home, '.local', 'state');
  return [...(base ? [join(base, 'revento')] : []), temporary];
}
