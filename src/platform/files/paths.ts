import { posix, win32 } from 'node:path';
import { ReventoError } from '../../errors/revento-error.ts';
import { noHome, nowhere } from '../../files/nowhere.ts';

/** The inputs that decide where files are. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home directory, absolute; empty when there is none. */
  readonly home: string;
  /** Gives the working directory, absolute: a relative REVENTO_CONFIG_DIR starts there. Throws when it is gone. */
  readonly cwd: () => string;
}

interface Paths {
  /** Directory of `config.json` and, in `auth`, of the sealed logins. Absolute. */
  readonly configDir: string;
  /** Directory of the key file. Never among the sealed files, so that a copy of those has no key. Absolute. */
  readonly dataDir: string;
  /** REVENTO_CONFIG_DIR decided. */
  readonly isMoved: boolean;
}

/**
 * Where this user's settings and key live.
 *
 * Linux and the other Unixes follow the XDG base directories, where a relative path counts as unset; macOS uses
 * `~/Library`, Windows `%APPDATA%` and `%LOCALAPPDATA%`. REVENTO_CONFIG_DIR moves everything, so one directory is
 * enough for a CI volume: settings and logins directly in it, the key in its `data` folder.
 *
 * @throws ReventoError `usage` on Windows, when a place is below the home directory and there is none; elsewhere it is
 *   then `nowhere`
 * Source: XDG Base Directory Specification 0.8.
 */
export function resolvePaths({ platform, env, home, cwd }: Machine): Paths {
  const path = platform === 'win32' ? win32 : posix;
  const moved = env['REVENTO_CONFIG_DIR'];
  if (moved) {
    const configDir = path.isAbsolute(moved) ? path.resolve(moved) : path.resolve(cwd(), moved);
    return { configDir, dataDir: path.join(configDir, 'data'), isMoved: true };
  }
  const base = (variable: string, ...otherwise: string[]): string => {
    const value = env[variable];
    if (value && path.isAbsolute(value)) return value;
    return path.join(home || homeless(platform), ...otherwise);
  };
  if (platform === 'win32') {
    return {
      configDir: path.join(base('APPDATA', 'AppData', 'Roaming'), 'revento', 'Config'),
      dataDir: path.join(base('LOCALAPPDATA', 'AppData', 'Local'), 'revento', 'Data'),
      isMoved: false,
    };
  }
  if (platform === 'darwin') {
    return {
      configDir: path.join(home || homeless(platform), 'Library', 'Preferences', 'revento'),
      dataDir: path.join(home || homeless(platform), 'Library', 'Application Support', 'revento'),
      isMoved: false,
    };
  }
  return {
    configDir: path.join(base('XDG_CONFIG_HOME', '.config'), 'revento'),
    dataDir: path.join(base('XDG_DATA_HOME', '.local', 'share'), 'revento'),
    isMoved: false,
  };
}

function homeless(platform: NodeJS.Platform): string {
  if (platform !== 'win32') return nowhere;
  throw new ReventoError('usage', noHome.message, { hint: noHome.hint });
}
