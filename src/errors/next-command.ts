/** `revento` with the profile, unless it is the default one: the start of a command to type. Never throws. */
export function program(profile: string): string {
  return profile === 'default' ? 'revento' : `revento -p ${profile}`;
}

/** The flags that select a login, as they are typed. Never throws. */
export function flagsOfLogin({ eventId, kind }: { readonly eventId: string; readonly kind: string }): string {
  return `--event ${eventId}${kind === 'user' ? ' --user' : ''}`;
}

/** The command that makes a login anew, as it is typed. Never throws. */
export function loginCommand(profile: string, key: { readonly eventId: string; readonly kind: string }): string {
  return `${program(profile)} login ${flagsOfLogin(key)}`;
}
