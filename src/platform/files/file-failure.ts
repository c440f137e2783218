import { dirname } from 'node:path';
import { ReventoError } from '../../errors/revento-error.ts';
import { isNowhere, noHome } from '../../files/nowhere.ts';

/** The system's name of an error, such as `ENOSPC`; empty when the error is not from the system. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/**
 * The failure to report when the store could not be written or read.
 *
 * @returns the error itself when it is not from the system: a defect must not pass for a full disk
 */
export function storeFailure(doing: string, path: string, error: unknown): unknown {
  const code = systemCode(error);
  if (isNowhere(path)) return new ReventoError('usage', noHome.message, { hint: noHome.hint }, { cause: error });
  if (code === '' || error instanceof ReventoError) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ReventoError('disk_full', `cannot ${doing} ${path}: the disk is full (${code})`, {}, { cause: error });
  }
  return new ReventoError('file', `cannot ${doing} ${path} (${code})`, { hint: hintFor(code, path) }, { cause: error });
}

function hintFor(code: string, path: string): string | undefined {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `give yourself access to ${dirname(path)}, or set REVENTO_CONFIG_DIR to a directory of yours`;
    case 'EROFS':
      return 'the file system is read-only; set REVENTO_CONFIG_DIR to a directory that can be written';
    case 'ENOENT':
    case 'ENOTDIR':
      return "part of the path isn't a directory, or is a dangling symlink; fix that, or set REVENTO_CONFIG_DIR to a directory of yours";
    case 'EISDIR':
    case 'ERR_FS_EISDIR':
      return 'it is a directory, which revento never makes there; move it aside';
    default:
      return undefined;
  }
}
