import { csharp } from './csharp.ts';
import { go } from './go.ts';
import { java } from './java.ts';
import { kotlin } from './kotlin.ts';
import type { EventModel } from './model.ts';
import { php } from './php.ts';
import { python } from './python.ts';
import { ruby } from './ruby.ts';
import { typescript } from './typescript.ts';

/** By the word that is typed: the source text of a file with the types of every known event. */
export const typings: Readonly<Record<string, (events: readonly EventModel[]) => string>> = {
  ts: typescript,
  python,
  go,
  php,
  ruby,
  java,
  kotlin,
  csharp,
};
