import type { Deps } from '../../../command-kit/deps.ts';
import { isSandboxProfile } from '../../shared/sandbox-profile.ts';

/**
 * Lets the sandbox of the profile find this listener, whatever its port; gives back what ends that. Other profiles
 * have no sandbox.
 *
 * @param url  of the listener
 */
export async function announce(
  url: string,
  { profile, listeners, terminal }: Pick<Deps, 'profile' | 'listeners' | 'terminal'>,
): Promise<() => void> {
  if (!isSandboxProfile(profile)) return () => undefined;
  const all = await listeners(profile);
  const [other] = all.running();
  if (other !== undefined) {
    terminal.notice(
      `note: another listener of the profile "${profile}" runs at ${other.url}; the sandbox delivers to the newest, this one`,
    );
  }
  return all.announce(reachable(url));
}

/** By loopback, when it listens on every address. */
function reachable(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}
