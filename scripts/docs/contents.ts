import type { CommandEntry } from '../../src/command-kit/command.ts';
import { topicText } from '../../src/commands/help/topic.ts';
import { topics } from '../../src/commands/help/topics.ts';
import { type CommandPage, loadPage } from '../../src/help/page.ts';
import { plainStyle } from '../../src/text/style.ts';

/** A help topic: its title, page and text. */
export interface WrittenTopic {
  readonly title: string;
  readonly page: CommandPage;
  readonly text: string;
}

/** The contents of the generated documentation. */
export interface Contents {
  /** Groups in the order of help, their commands in the order of the registry. */
  readonly groups: readonly { readonly name: string; readonly pages: readonly CommandPage[] }[];
  readonly topics: readonly WrittenTopic[];
}

/** Man pages indent text by seven columns. */
const plain = plainStyle(72);

const groupOrder = ['Login', 'API', 'Webhooks', 'Sandbox', 'Privacy', 'Starters', 'Settings', 'More'] as const;

/** Loads every command of the registry. */
export async function loadContents(registry: readonly CommandEntry[]): Promise<Contents> {
  const isTopic = ({ name }: CommandEntry) => name.startsWith('help ');
  const commands = registry.filter((entry) => !isTopic(entry));
  const groups = await Promise.all(
    groupOrder.map(async (name) => ({
      name,
      pages: await Promise.all(commands.filter(({ group }) => group === name).map(loadPage)),
    })),
  );
  const written = topics.map(async (topic): Promise<WrittenTopic[]> => {
    const entry = registry.find(({ name }) => name === `help ${topic.name}`);
    if (entry === undefined) return [];
    const text = topicText(topic.summary, await topic.load(), plain);
    return [{ title: topic.title, page: await loadPage(entry), text }];
  });
  return { groups, topics: (await Promise.all(written)).flat() };
}
