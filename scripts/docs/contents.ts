import type { CommandEntry } from '../../src/command-kit/command.ts';
import type { Deps } from '../../src/command-kit/deps.ts';
import { type CommandPage, loadPage } from '../../src/help/page.ts';
import { plainStyle } from '../../src/text/style.ts';

/** A help topic: its page and what it says. */
export interface Topic {
  readonly page: CommandPage;
  readonly text: string;
}

/** Everything the written documentation is made of. */
export interface Contents {
  /** Groups in the order of help, their commands in the order of the registry. */
  readonly groups: readonly { readonly name: string; readonly pages: readonly CommandPage[] }[];
  readonly topics: readonly Topic[];
}

/** A manual indents its text by seven columns. */
const plain = plainStyle(72);

const groupOrder = ['Login', 'API', 'Webhooks', 'Sandbox', 'Settings', 'More'] as const;

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
  return { groups, topics: await Promise.all(registry.filter(isTopic).map(loadTopic)) };
}

/** A topic is a command whose whole result is a text that needs nothing. */
async function loadTopic(entry: CommandEntry): Promise<Topic> {
  const module = await entry.load();
  const lines: string[] = [];
  for await (const item of module.run({} as never, {} as Deps)) {
    if (item.kind === 'value') lines.push(item.text(plain));
  }
  return { page: await loadPage(entry), text: lines.join('\n') };
}
