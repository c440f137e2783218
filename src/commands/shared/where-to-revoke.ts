import type { LoginKey } from '../../login/login.ts';

/** How access itself is ended, which deleting tokens does not do. Never throws. */
export function whereToRevoke(forgotten: readonly LoginKey[]): string {
  const kinds = new Set(forgotten.map((key) => key.kind));
  const who = [
    ...(kinds.has('installation') ? ['the organizer'] : []),
    ...(kinds.has('user') ? ['the participant'] : []),
  ].join(' or ');
  return (
    'Revento offers no way to revoke a token from here: the tokens are deleted on this machine, and access itself ' +
    `ends when ${who} withdraws the consent in Revento.`
  );
}
