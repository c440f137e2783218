import type { TopicContent } from './topic.ts';

/** A help topic. */
export interface Topic {
  /** The word after `revento help`. */
  readonly name: string;
  readonly summary: string;
  /** The heading of its section in the man page of the program. */
  readonly title: string;
  load(): Promise<TopicContent>;
}

/** Every help topic, in the order help shows them. */
export const topics: readonly Topic[] = [
  {
    name: 'exit-codes',
    summary: 'Every exit code and what it means',
    title: 'Exit status',
    load: async () => (await import('./exit-codes.ts')).exitCodes,
  },
  {
    name: 'environment',
    summary: 'Every environment variable, and where settings come from',
    title: 'Environment',
    load: async () => (await import('./environment.ts')).environment(),
  },
  {
    name: 'output',
    summary: 'What each output format promises, --columns and --jq',
    title: 'Output',
    load: async () => (await import('./output.ts')).output,
  },
  {
    name: 'webhooks',
    summary: 'How deliveries are signed, and how to verify them',
    title: 'Webhooks',
    load: async () => (await import('./webhooks.ts')).webhooks,
  },
];
