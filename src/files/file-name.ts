import { ReventoError } from '../errors/revento-error.ts';

/** No separators, no dot directories, nothing a shell or a file system treats in its own way. */
const pattern = /^[A-Za-z0-9_.-]{1,64}$/;

/** Whether a profile name or event id may become part of a file name. */
export function isFileName(text: string): boolean {
  return pattern.test(text) && text !== '.' && text !== '..';
}

/**
 * Names of devices, whatever follows a dot, and a dot at the end, which is cut off.
 *
 * Source: learn.microsoft.com/windows/win32/fileio/naming-a-file.
 */
const reservedOnWindows = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)|\.$/i;

/**
 * The name of a profile, which becomes that of a directory.
 *
 * @throws ReventoError `usage`
 */
export function requireProfileName(text: string, platform: NodeJS.Platform = process.platform): string {
  if (platform !== 'win32' || !reservedOnWindows.test(text)) return requireFileName('profile', text);
  throw new ReventoError('usage', `profile ${JSON.stringify(text)} is not a valid name on Windows, which reserves it`);
}

/**
 * The text itself, when it may become part of a file name.
 *
 * @param what  what it names, such as `profile` or `event`
 * @throws ReventoError `usage`
 */
export function requireFileName(what: string, text: string): string {
  if (isFileName(text)) return text;
  throw new ReventoError(
    'usage',
    `${what} ${JSON.stringify(text)} is not a valid name: 1 to 64 of A-Z a-z 0-9 _ . - and neither "." nor ".."`,
  );
}
