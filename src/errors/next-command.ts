import { shellWord } from './shell-word.ts';

/** `revento` with the profile, unless it is the default one: the start of a command to type. */
export function program(profile: string): string {
  return profile === 'default' ? 'revento' : `revento -p ${profile}`;
}

/** Where `sandbox start` serves unless `--port` is given. */
export const defaultSandboxPort = '4010';

export function startSandbox(port: string): string {
  return `revento sandbox start${port === defaultSandboxPort ? '' : ` --port ${port}`}`;
}

/** What selects a login on a command line. */
interface NamedLogin {
  readonly eventId: string;
  readonly kind: string;
  readonly userId?: string | null;
}

/** The flags that select a stored login, as they are typed. */
export function flagsOfLogin(login: NamedLogin): string {
  return `--event ${login.eventId}${login.kind === 'user' ? ' --user' : ''}${userFlag(login)}`;
}

/** The flag that distinguishes a participant's login from those of others; empty where no user is known. */
export function userFlag({ kind, userId = null }: NamedLogin): string {
  return kind === 'user' && userId !== null ? ` --user-id ${shellWord(userId)}` : '';
}

/** The command that logs in again, without a user: the user who consents decides whose login it is. */
export function loginCommand(profile: string, { eventId, kind }: NamedLogin): string {
  return `${program(profile)} login ${flagsOfLogin({ eventId, kind })}`;
}
