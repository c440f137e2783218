import { expect, it } from 'vitest';
import { givenHooks, type Hooks } from '../../src/certify/hooks.ts';

const none: Hooks = {
  ...{ connect: null, login: null, webhook: null, sync: null, syncCommand: null, restart: null },
  ...{ effects: null, data: [] },
};

it.each<[string, Partial<Hooks>, readonly string[]]>([
  ['nothing', {}, []],
  ['a consent', { connect: 'http://localhost/connect' }, ['connect']],
  ['a sync by a command', { syncCommand: ['sh', '-c', 'x'] }, ['sync']],
  ['events in the consent only', { connect: 'http://a/?e={event}', sync: 'http://a/sync' }, ['connect', 'sync']],
  [
    'events in both',
    { connect: 'http://a/?e={event}', syncCommand: ['sh', '-c', 'sync {event}'] },
    ['connect', 'sync', 'second-event'],
  ],
  ['what it did', { effects: { source: { effects: 'x' }, settle: '5s' } }, ['effects']],
  ['what it keeps', { data: ['app.db'] }, ['data']],
  ['all', { webhook: 'http://a/', restart: ['x'] }, ['webhook', 'restart']],
])('%s', (_, hooks, given) => {
  expect([...givenHooks({ ...none, ...hooks })]).toEqual(given);
});
