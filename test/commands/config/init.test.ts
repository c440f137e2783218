import { expect, it } from 'vitest';
import { configInit } from '../../../src/commands/config/init.ts';
import { memory, run } from '../../support/commands/deps.ts';

const secret = 'whsec_of_this_test_0123456789';

it('asks for missing settings, hides secrets, and keeps the current value on an empty answer', async () => {
  const profiles = { default: { api_base: 'https://api.known.test' } };
  const answers = ['https://auth.new.test', '', 'app_1', '', 'evt_1', '', secret, ''];
  const fake = memory({ profiles, answers });
  const { failure } = await run(configInit, {}, fake);
  expect(failure).toBeNull();
  expect(fake.profiles['default']).toEqual({
    api_base: 'https://api.known.test',
    auth_base: 'https://auth.new.test',
    client_id: 'app_1',
    default_event: 'evt_1',
  });
  expect(fake.secrets['default']).toEqual({ client_secret: secret });
  expect(fake.questions.filter(({ isHidden }) => isHidden)).toHaveLength(2);
  expect(fake.questions[1]?.text).toContain('[https://api.known.test]');
});

it('does not continue without what is needed', async () => {
  const fake = memory({ answers: [''] });
  expect((await run(configInit, {}, fake)).failure?.message).toBe('auth_base is required.');
  expect(fake.profiles).toEqual({});
});
