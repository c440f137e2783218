import { isFileName } from '../files/file-name.ts';
import type { LoginKey, LoginKind } from './login.ts';

/** Who consented to a login, in words. Never throws. */
export function kindInWords(kind: LoginKind): 'organizer' | 'participant' {
  return kind === 'installation' ? 'organizer' : 'participant';
}

/** A login as one phrase: `evt_test_published (organizer)`. Never throws. */
export function loginInWords({ eventId, kind }: LoginKey): string {
  return `${eventId} (${kindInWords(kind)})`;
}

/** The name a login's files go by, without extension: `installation-evt_1`. Never throws. */
export function fileNameOf({ kind, eventId }: LoginKey): string {
  return `${kind}-${eventId}`;
}

/** The login a file is named after, or null for another kind of file. Never throws. */
export function keyOfFileName(name: string): LoginKey | null {
  const [, kind, eventId = ''] = /^(installation|user)-(.+)$/.exec(name) ?? [];
  return isFileName(eventId) ? { kind: kind === 'user' ? 'user' : 'installation', eventId } : null;
}
