import type { Deps } from '../deps.ts';

/** The event to ask the sandbox about: only `--event` counts, since the variable may name one of the real Revento. */
export function eventFlag(deps: Deps): { readonly event_id?: string } {
  const event = deps.settings.get('default_event');
  return event?.source === 'flag' ? { event_id: event.value } : {};
}
