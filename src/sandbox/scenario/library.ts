import type { BuiltInScenario } from './built-in.ts';
import changeOfMind from './library/change-of-mind.yaml?raw';
import deletionDemanded from './library/deletion-demanded.yaml?raw';
import lastYear from './library/last-year.yaml?raw';
import outageAndRecovery from './library/outage-and-recovery.yaml?raw';
import registrationEvening from './library/registration-evening.yaml?raw';
import revokedMidSync from './library/revoked-mid-sync.yaml?raw';
import secretRotation from './library/secret-rotation.yaml?raw';

/** The text of each built-in scenario, a file that a user could have written. */
export const library: Readonly<Record<BuiltInScenario, string>> = {
  'registration-evening': registrationEvening,
  'change-of-mind': changeOfMind,
  'revoked-mid-sync': revokedMidSync,
  'secret-rotation': secretRotation,
  'outage-and-recovery': outageAndRecovery,
  'deletion-demanded': deletionDemanded,
  'last-year': lastYear,
};
