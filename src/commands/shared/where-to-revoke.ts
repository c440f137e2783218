import type { LoginKey } from '../../login/login.ts';

/** How access itself is revoked, which deleting tokens does not do. */
export function whereToRevoke(forgotten: readonly LoginKey[]): string {
  const kinds = new Set(forgotten.map((key) => key.kind));
  const who = [
    ...(kinds.has('installation') ? ['the organizer'] : []),
    ...(kinds.has('user') ? ['the participant'] : []),
  ].join(' or ');
  return (
    'Revento has no way to revoke tokens from here: they were deleted on this machine, and access itself ends when ' +
    `${who} revokes consent in Revento.`
  );
}
