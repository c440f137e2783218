/**
 * A text as one word of a command to type: as it is where no shell reads anything into it, else in single quotes,
 * which POSIX shells and PowerShell both take literally.
 */
export function shellWord(text: string, platform: NodeJS.Platform = process.platform): string {
  const isWindows = platform === 'win32';
  const plain = isWindows ? /^[\w./:\\%+-][\w.~=+/:@\\%-]*$/ : /^[\w./:@%+-][\w.~=+/:@%-]*$/;
  return plain.test(text) ? text : `'${text.replaceAll("'", isWindows ? "''" : "'\\''")}'`;
}
