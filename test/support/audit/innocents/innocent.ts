import type { AuditRig, auditRig } from '../rig.ts';

/** Traffic that looks like a mistake and is none, and the rules that it could be taken for breaking. */
export type Innocent = readonly [
  rules: readonly string[],
  name: string,
  play: (rig: AuditRig) => Promise<unknown>,
  options?: Parameters<typeof auditRig>[0],
];

export const event = '/events/evt_test_published';
/** A little more than the life of an access token. */
export const hour = 3_601_000;

export async function times(count: number, play: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done++) await play();
}
