import type { Environment } from '../../config/environment.ts';
import type { Settings, SettingsFile } from '../../config/types.ts';
import type { Trust } from '../../platform/store/trust.ts';
import type { Terminal } from '../../ports/terminal.ts';
import type { Redactor, Secret } from '../../text/secret.ts';
import type { Edge } from './edge.ts';

/** What every dependency is made from: the process, its settings, and where it talks to its user. */
export interface Context {
  readonly edge: Edge;
  readonly environment: Environment;
  readonly configDir: string;
  readonly dataDir: string;
  readonly profile: string;
  readonly settings: Settings;
  /** Of any profile, as they stand now. Flags and variables count for the selected one only. */
  settingsOf(profile: string): Settings;
  /** Whether others may have decided what the settings say. */
  readonly trust: Trust;
  readonly file: SettingsFile;
  readonly redactor: Redactor;
  readonly terminal: Terminal;
  readonly environmentToken: Secret | null;
  readonly isVerbose: boolean;
  readonly isDebug: boolean;
  /** `--redact`: whatever could be about a person is masked in what is shown of requests. */
  readonly isRedacted: boolean;
}
