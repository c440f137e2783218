import { capital } from '../../../text/sentence.ts';
import { type Key, singleKeys } from './keyboard.ts';
import type { Command } from './palette.tsx';

/** What the keys of a page do, for its palette. */
export function keyCommands<Page>(page: Page, keys: readonly Key<Page>[]): readonly Command[] {
  return keys
    .filter(({ names }) => !names.includes('Control+k'))
    .map(({ shown, does, act }) => ({ name: capital(does), shown, act: () => act(page) }));
}

export function switchSingleKeys(page: { say(text: string): void }): Command {
  const areOn = singleKeys.areOn();
  return {
    name: areOn ? 'Switch single keys off' : 'Switch single keys on',
    shown: '',
    act: () => {
      singleKeys.turn(!areOn);
      page.say(areOn ? 'Single keys are off; Ctrl-K opens the commands.' : 'Single keys are on.');
    },
  };
}
