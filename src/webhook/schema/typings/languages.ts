import { csharp } from './csharp.ts';
import { go } from './go.ts';
import { java } from './java.ts';
import { kotlin } from './kotlin.ts';
import type { EventModel } from './model.ts';
import { php } from './php.ts';
import { python } from './python.ts';
import { ruby } from './ruby.ts';
import { typescript } from './typescript.ts';

/** The types of one language. */
interface Typing {
  /** The name of a file that its compiler takes. */
  readonly file: string;
  /** The text of that file. */
  readonly text: (events: readonly EventModel[]) => string;
}

/** The types of every known event, by the word that is typed. */
export const typings: Readonly<Record<string, Typing>> = {
  ts: { file: 'events.ts', text: typescript },
  python: { file: 'events.py', text: python },
  go: { file: 'events.go', text: go },
  php: { file: 'events.php', text: php },
  ruby: { file: 'events.rb', text: ruby },
  java: { file: 'ReventoEvents.java', text: java },
  kotlin: { file: 'events.kt', text: kotlin },
  csharp: { file: 'Events.cs', text: csharp },
};
