import { keyCommands, switchSingleKeys } from '../../../pages/client/keys/key-commands.ts';
import type { Command } from '../../../pages/client/keys/palette.tsx';
import { acts } from '../acts.ts';
import type { ConsoleStore } from '../store.ts';
import { keys } from './keyboard.ts';
import { actionKeys, actOn, fits } from './person-keys.ts';

const hourMs = 3_600_000;

/** All actions that are possible now, by name. */
export function commandsOf(store: ConsoleStore): readonly Command[] {
  const { person, pulse, facts } = store;
  const plain = (name: string, act: (store: ConsoleStore) => unknown): Command => ({
    name,
    shown: '',
    act: () => void act(store),
  });
  const isHeld = pulse?.clock.held ?? false;
  const active = pulse?.faults ?? [];
  const types = [...new Set((facts?.actions ?? []).flatMap(({ sends }) => sends ?? []))];
  return [
    ...(person === null
      ? []
      : actionKeys
          .filter(({ name }) => fits(store, person, name))
          .map(({ name, word }) => plain(`${word}: ${person.name}`, () => actOn(store, person, name)))),
    plain('New application', acts.apply),
    plain('Move the clock by an hour', () => acts.advance(store, hourMs)),
    plain('Move the clock by a day', () => acts.advance(store, 24 * hourMs)),
    isHeld ? plain('Resume the clock', acts.resume) : plain('Hold the clock', acts.hold),
    plain('Rotate the signing secret', acts.rotate),
    plain('Finish the rotation', acts.finishRotation),
    plain('Connect the organizer', acts.connect),
    pulse?.suspended
      ? plain('Reinstate the integration', acts.reinstate)
      : plain('Suspend the integration', acts.suspend),
    ...types.map((type) => plain(`Send ${type}`, () => acts.trigger(store, type))),
    ...(active.length === 0 ? [] : [plain('Clear all faults', acts.clearFaults)]),
    ...active.map(({ fault }) => plain(`Switch off ${fault}`, () => acts.remove(store, fault))),
    ...(facts?.faults ?? [])
      .filter(({ fault }) => !active.some((one) => one.fault === fault))
      .map(({ fault }) => plain(`Inject ${fault}`, () => acts.inject(store, fault))),
    plain('Reset the sandbox, keeping logins', acts.reset),
    ...keyCommands(store, keys),
    switchSingleKeys(store),
  ];
}
