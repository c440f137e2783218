import type { ActFacts } from '../../../src/sandbox/audit/evidence.ts';
import { type AuditRig, list } from './rig.ts';

/** Plays an act of `certify`: what arrives meanwhile, and what was seen from outside. */
export async function acting(
  rig: AuditRig,
  act: string,
  facts: ActFacts,
  play: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  const end = rig.sandbox.acting(act, act);
  await play();
  end(facts);
}

/** A login, and a sync that works: whatever fails later fails because of what was done. */
export async function healthy(rig: AuditRig) {
  const tokens = await rig.connect();
  await acting(rig, 'sync', { sync: 'done' }, () => rig.read(tokens.access, `${list}?limit=50`));
  return tokens;
}
