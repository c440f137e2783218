import type { ConsoleStore } from './store.ts';
import { timeWords } from './words.ts';

/** The actions that panels and the palette share, each with its message. */
export const acts = {
  advance: (store: ConsoleStore, ms: number) =>
    store.act('advance', { ms }, ({ now }) => `The clock of the sandbox shows ${timeWords(now)}.`),
  hold: (store: ConsoleStore) => store.act('hold_clock', {}, () => 'The clock is held.'),
  resume: (store: ConsoleStore) => store.act('resume_clock', {}, () => 'The clock runs again.'),

  apply: (store: ConsoleStore) =>
    store.act('do', { action: 'apply' }, ({ happened }) => `Applied: ${happened[0]?.happening.subject.id ?? ''}.`),
  connect: (store: ConsoleStore) =>
    store.act('do', { action: 'connect' }, () => `The organizer consented. To get tokens, log in: ${logInWith(store)}`),
  suspend: (store: ConsoleStore) =>
    store.act('do', { action: 'suspend' }, () => 'Suspended: the API refuses every token.'),
  reinstate: (store: ConsoleStore) => store.act('do', { action: 'reinstate' }, () => 'Reinstated.'),

  inject: (store: ConsoleStore, fault: string) => store.act('fault', { add: [fault] }, () => `${fault} is active.`),
  remove: (store: ConsoleStore, fault: string) => store.act('fault', { remove: [fault] }, () => `${fault} is off.`),
  clearFaults: (store: ConsoleStore) => store.act('fault', { clear: true }, () => 'Cleared all faults.'),

  trigger: (store: ConsoleStore, type: string) =>
    store.act('trigger', { type }, ({ delivery }) => `${type} is sent as delivery ${delivery.delivery_id}.`),
  redeliver: (store: ConsoleStore, id: string, event: string) =>
    store.act('redeliver', { delivery_id: id }, () => `${event} is sent again under its id, with a new signature.`),
  rotate: (store: ConsoleStore) =>
    store.act('rotate', {}, () => 'Rotation started: the new and the old secret sign alternately.'),
  finishRotation: (store: ConsoleStore) =>
    store.act('rotate', { finish: true }, () => 'Rotation finished: only the new secret signs.'),

  reset: (store: ConsoleStore) =>
    store.act('reset', { keep_logins: true }, () => 'Reset: rate limits, deliveries and faults start over.'),
};

/** The command that logs in to this sandbox. */
export function logInWith({ facts }: ConsoleStore): string {
  return `${facts?.profiled ?? 'revento -p sandbox'} login`;
}
