import type { ActFacts } from '../sandbox/audit/evidence.ts';
import type { Stage } from './stage.ts';

/** The flags of `certify` that make the integration do something. */
export const hooks = {
  connect: '--connect URL',
  login: '--login URL',
  'second-event': '{event} in --connect and in --sync',
  webhook: '--webhook URL',
  sync: '--sync URL or --sync-command COMMAND',
  restart: '--restart',
  effects: '--effects COMMAND or --effects-url URL',
  data: '--data PATH',
} as const;
export type Hook = keyof typeof hooks;

/** One deliberate test of an integration, such as a login with a forged state. */
export interface Act {
  readonly id: string;
  /** What is done, such as `a callback with a forged state`. */
  readonly title: string;
  /** Ids of the rules that only this act can test; rules that any request can test are left out. */
  readonly brings: readonly string[];
  readonly needs: readonly Hook[];
  /** Whether the integration must be logged in, where it can be. */
  readonly hasLogin: boolean;
  /** Lets the access token expire. How that is done depends on what the act `expired` finds. */
  readonly isExpiring?: true;
  /** It may take minutes, which do not count toward the time limit of a run. */
  readonly isSlow?: true;
  /** What certify itself observed. */
  play(stage: Stage): Promise<ActFacts>;
}
