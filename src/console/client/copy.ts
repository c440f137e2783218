import type { ConsoleStore } from './store.ts';

/** Copies the line that does what the last click did. */
export function copyShown(store: ConsoleStore, name: 'command' | 'curl'): void {
  const text = store.shown?.[name] ?? '';
  if (text === '') {
    store.say('Nothing to copy yet.', 'bad');
    return;
  }
  navigator.clipboard.writeText(text).then(
    () => store.say(`Copied: ${name}.`),
    (error: unknown) => store.failed(error),
  );
}
