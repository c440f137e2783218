import type { Hook } from './act.ts';

/** Where the effects of deliveries are read, and how long one may take to appear. */
export interface EffectsHook {
  /** A shell command or a URL, with `{event}` for the event ID. */
  readonly source: { readonly effects: string } | { readonly effectsUrl: string };
  readonly settle: string;
}

/** The ways to make the integration do something, and to see what it did; null for each that the user did not give. */
export interface Hooks {
  /** Starts a consent. `{event}` is replaced by the event ID. */
  readonly connect: string | null;
  /** Starts the consent of a participant. `{event}` is replaced by the event ID. */
  readonly login: string | null;
  readonly webhook: string | null;
  /** A POST to it makes the integration read the API. */
  readonly sync: string | null;
  /** The command that makes the integration read the API, as words; instead of a URL. */
  readonly syncCommand: readonly string[] | null;
  /** The command that restarts it; null when it must not be killed. */
  readonly restart: readonly string[] | null;
  /** What reads the effects of deliveries. */
  readonly effects: EffectsHook | null;
  /** Files, directories and URLs that show what it keeps. `{event}` in a URL is replaced by the event ID. */
  readonly data: readonly string[];
}

/** The hooks that the user gave. */
export function givenHooks(hooks: Hooks): ReadonlySet<Hook> {
  const { connect, login, webhook, sync, syncCommand, restart, effects, data } = hooks;
  const hasEvent = (text: string) => text.includes('{event}');
  const given: Hook[] = [];
  if (connect !== null) given.push('connect');
  if (login !== null) given.push('login');
  if (webhook !== null) given.push('webhook');
  if (sync !== null || syncCommand !== null) given.push('sync');
  if (restart !== null) given.push('restart');
  if (effects !== null) given.push('effects');
  if (data.length > 0) given.push('data');
  const isSyncOfEvents = syncCommand?.some(hasEvent) ?? (sync !== null && hasEvent(sync));
  if (connect !== null && hasEvent(connect) && isSyncOfEvents) given.push('second-event');
  return new Set(given);
}

/** The text with `{event}` replaced by the event. */
export function filled(text: string, eventId: string, isUrl = true): string {
  return text.replaceAll('{event}', isUrl ? encodeURIComponent(eventId) : eventId);
}
