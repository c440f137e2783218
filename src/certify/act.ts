import type { ActFacts } from '../sandbox/audit/evidence.ts';
import type { Stage } from './stage.ts';

/** What a user gives `certify` besides the command: each is a way to make the integration do something. */
export const hooks = {
  connect: '--connect URL',
  'second-event': '{event} in --connect and in --sync',
  webhook: '--webhook URL',
  sync: '--sync URL or --sync-command COMMAND',
  restart: '--restart',
} as const;
export type Hook = keyof typeof hooks;

/** One thing that is done to an integration on purpose. */
export interface Act {
  readonly id: string;
  /** What is done, such as `a callback with a forged state`. */
  readonly title: string;
  /** Ids of the rules that need it; those that any request shows are not named. */
  readonly brings: readonly string[];
  readonly needs: readonly Hook[];
  /** Whether it needs a login of the integration that works. */
  readonly hasLogin: boolean;
  /** What was seen from outside. */
  play(stage: Stage): Promise<ActFacts>;
}
