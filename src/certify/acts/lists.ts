import type { Act } from '../act.ts';
import { syncUnder } from './errors.ts';

const needs = ['connect', 'sync'] as const;

/** Acts in which lists and rows change their shape. */
export const listActs: readonly Act[] = [
  under('cursor-form', 'cursors have a different format', ['cursor-opaque'], 'api:cursors'),
  under('empty-page', 'a page is empty but has_more is true', ['empty-page-followed'], 'api:emptyx1@1'),
  // The circle ends by itself, so that an integration that follows it does not loop forever.
  under('cursor-circle', 'cursors go in a circle', ['cursor-circle'], 'api:circlex12'),
  under('unknown-fields', 'rows have unknown fields', ['unknown-tolerated'], 'api:extra'),
  under('unknown-status', 'rows have unknown status values', ['unknown-tolerated'], 'api:words'),
  {
    id: 'second-event',
    title: 'an organizer connects a second event',
    brings: ['token-event', 'second-event'],
    needs: ['connect', 'sync', 'second-event'],
    hasLogin: true,
    play: async (stage) => {
      const landed = await stage.connect(secondEvent);
      const sync = await stage.sync(secondEvent);
      return { landed, sync, after: await stage.sync() };
    },
  },
];

/** The second event of every sandbox. */
const secondEvent = 'evt_test_neighbor';

function under(id: string, title: string, brings: readonly string[], ...faults: readonly string[]): Act {
  return { id, title, brings, needs, hasLogin: true, play: (stage) => syncUnder(stage, faults) };
}
