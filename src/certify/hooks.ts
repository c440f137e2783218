import type { Hook } from './act.ts';

/** How the integration is made to do something; null for what the user did not give. */
export interface Hooks {
  /** Starts a consent. `{event}` in it stands for the id of an event. */
  readonly connect: string | null;
  readonly webhook: string | null;
  /** A POST there has it read the API. */
  readonly sync: string | null;
  /** The words of a command that has it read the API, in place of a URL. */
  readonly syncCommand: readonly string[] | null;
  /** What starts it again; null when it must not be killed. */
  readonly restart: readonly string[] | null;
}

/** The hooks that are there. */
export function givenHooks({ connect, webhook, sync, syncCommand, restart }: Hooks): ReadonlySet<Hook> {
  const hasEvent = (text: string) => text.includes('{event}');
  const given: Hook[] = [];
  if (connect !== null) given.push('connect');
  if (webhook !== null) given.push('webhook');
  if (sync !== null || syncCommand !== null) given.push('sync');
  if (restart !== null) given.push('restart');
  const isSyncOfEvents = syncCommand?.some(hasEvent) ?? (sync !== null && hasEvent(sync));
  if (connect !== null && hasEvent(connect) && isSyncOfEvents) given.push('second-event');
  return new Set(given);
}
