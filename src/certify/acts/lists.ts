import type { Act } from '../act.ts';
import { syncUnder } from './errors.ts';

const needs = ['connect', 'sync'] as const;

/** Lists and rows that are not as they were yesterday. */
export const listActs: readonly Act[] = [
  under('cursor-form', 'cursors have another form', ['cursor-opaque'], 'api:cursors'),
  under('empty-page', 'a page has no rows and says there are more', ['empty-page-followed'], 'api:emptyx1@1'),
  // It ends by itself, so that whoever turns in it is not turning for good.
  under('cursor-circle', 'cursors go in a circle', ['cursor-circle'], 'api:circlex12'),
  under('unknown-fields', 'rows have unknown fields', ['unknown-tolerated'], 'api:extra'),
  under('unknown-status', 'rows have unknown status words', ['unknown-tolerated'], 'api:words'),
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

/** The other event that every sandbox has. */
const secondEvent = 'evt_test_neighbor';

function under(id: string, title: string, brings: readonly string[], ...faults: readonly string[]): Act {
  return { id, title, brings, needs, hasLogin: true, play: (stage) => syncUnder(stage, faults) };
}
