/**
 * The directory of what belongs into the home of a user who has none. It can't exist, not even for root: looking for a
 * file there finds none, and writing one fails.
 */
export const nowhere = '/dev/null/revento';

/** Whether a path is in the home of a user who has none. */
export function isNowhere(path: string): boolean {
  return path === nowhere || path.startsWith(`${nowhere}/`);
}

/** The message for a user without a home where something must be stored. */
export const noHome = {
  message: 'This user has no home directory, so settings and logins have nowhere to be stored.',
  hint: 'set REVENTO_CONFIG_DIR to your own directory, or HOME to an absolute path',
} as const;
