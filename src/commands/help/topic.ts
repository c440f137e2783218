import type { CommandModule } from '../../command-kit/command.ts';
import { layout, page } from '../../help/layout.ts';
import type { Json } from '../../json/value.ts';
import { valueItem } from '../../output/item.ts';
import type { Style } from '../../text/style.ts';
import type { Term } from '../../text/wrap.ts';
import type { Topic } from './topics.ts';

/** A part of a help topic. */
export interface Rule {
  readonly topic: string;
  /** Sentences, of which a line may hold a part. */
  readonly rules: readonly string[];
}

/** What a help topic says. */
export interface TopicContent {
  /** The same for a program. */
  readonly data: Json;
  /** Terms with their meanings, parts under a heading, and paragraphs, one after the other. */
  readonly parts: readonly (readonly Term[] | Rule | string)[];
}

/** Parts as data: each part's sentences in one text. */
export function joined(rules: readonly Rule[]): { readonly topic: string; readonly rules: string }[] {
  return rules.map(({ topic, rules: sentences }) => ({ topic, rules: sentences.join(' ') }));
}

/** `revento help TOPIC`. */
export function topicCommand(topic: Topic): CommandModule {
  return {
    declare: (command) => command,
    layout: { shape: 'value', isText: true },
    async *run() {
      const content = await topic.load();
      yield valueItem(content.data, (style) => topicText(topic.summary, content, style));
      return;
    },
  };
}

/** A help topic as it is read. */
export function topicText(summary: string, { parts }: TopicContent, style: Style): string {
  const { filled, paragraph, section, terms } = layout(style);
  const sections = parts.map((part) => {
    if (typeof part === 'string') return paragraph(part);
    return 'topic' in part ? section(part.topic, filled(part.rules.join(' '), 2)) : terms(part);
  });
  return page([paragraph(`${summary}.`), ...sections]).trimEnd();
}
