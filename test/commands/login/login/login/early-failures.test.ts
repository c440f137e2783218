import { describe, expect, it } from 'vitest';
import type { LoginOptions } from '../../../../../src/commands/login/login/plan.ts';
import { ReventoError } from '../../../../../src/errors/revento-error.ts';
import { begin, type LoginSetting } from '../../../../support/commands/login-world.ts';

describe('before anything is bound or opened it fails', () => {
  it.each<[string, LoginSetting, LoginOptions, string, RegExp]>([
    ['without an event', { event: null }, {}, 'setting_missing', /--event/],
    [
      'without a client id',
      { environment: { auth_base: 'https://auth.test' } },
      {},
      'setting_missing',
      /REVENTO_CLIENT_ID/,
    ],
    [
      'with an auth base over http',
      { environment: { auth_base: 'http://auth.test', client_id: 'c' } },
      {},
      'usage',
      /https/,
    ],
    ['with an event that cannot be a file name', { event: '../evil' }, {}, 'usage', /event/],
    ['with a fragment in the redirect URI', {}, { redirectUri: 'http://localhost:3000/cb#x' }, 'usage', /fragment/],
    ['with a redirect URI over http elsewhere', {}, { redirectUri: 'http://app.test/cb' }, 'usage', /localhost only/],
    ['with a tunnel and no --port', {}, { redirectUri: 'https://abc.tunnel.test/cb' }, 'usage', /--port/],
    ['with a --port that does not fit', {}, { port: '4000' }, 'usage', /--port 4000/],
    ['with a --port that is not a number', {}, { port: '30x' }, 'usage', /--port/],
    ['with --port 0', {}, { port: '0' }, 'usage', /--port/],
    ['with --port 65536', {}, { port: '65536' }, 'usage', /--port/],
    ['with a timeout without unit', {}, { timeout: '300' }, 'usage', /duration/],
    ['with a timeout of nothing', {}, { timeout: '0s' }, 'usage', /--timeout/],
    ['with an empty scope', {}, { scope: ' ' }, 'usage', /--scope/],
    ["with a participant's scope for an organizer", {}, { scope: 'event.read profile.read' }, 'usage', /--user/],
    ["with an organizer's scope for a participant", {}, { scope: 'event.read', user: true }, 'usage', /--user/],
  ])('%s', async (_what, setting, options, code, words) => {
    const { world, result } = await begin({ variables: { BROWSER: 'x' }, ...setting }, options);
    const { failure } = await result;
    expect(failure?.code).toBe(code);
    expect(`${failure?.message} ${failure?.facts.hint}`).toMatch(words);
    expect(world.events).toEqual([]);
  });

  it.each([
    [
      {},
      'if http://localhost:3001/callback is registered for your integration, run: revento -p work login --event evt_1 --user --redirect-uri http://localhost:3001/callback',
    ],
    [
      { redirectUri: 'https://abc.tunnel.test/cb', port: '3000' },
      'let the tunnel forward to another port and run: revento -p work login --event evt_1 --user --redirect-uri https://abc.tunnel.test/cb --port 3001',
    ],
    [
      { redirectUri: 'http://localhost:65535/cb' },
      'if http://localhost:3000/callback is registered for your integration, run: revento -p work login --event evt_1 --user --redirect-uri http://localhost:3000/callback',
    ],
    [
      { redirectUri: 'https://abc.tunnel.test/cb', port: '65535' },
      'let the tunnel forward to another port and run: revento -p work login --event evt_1 --user --redirect-uri https://abc.tunnel.test/cb --port 3000',
    ],
  ])('when the port is taken, with the whole command for another one: %j', async (options, remedy) => {
    const busy = new ReventoError('port_busy', 'Port 3000 is already in use on 127.0.0.1 (IPv4).');
    const { world, result } = await begin(
      { profile: 'work', variables: { BROWSER: 'x' }, serve: () => Promise.reject(busy) },
      { user: true, ...options },
    );
    const { failure } = await result;
    expect(failure?.code).toBe('port_busy');
    expect(failure?.message).toBe('Port 3000 is already in use on 127.0.0.1 (IPv4).');
    expect(failure?.facts.hint).toMatch(
      /^stop whatever is using it \(maybe another login; find it with: .*(3000|65535).*\), or /,
    );
    expect(failure?.facts.hint?.endsWith(remedy)).toBe(true);
    expect(world.opened).toEqual([]);
  });
});

it('does not offer the same command again for what the server does not know', async () => {
  const { world, result } = await begin({ profile: 'work' });
  await world.comeBack({ error: 'invalid_request', error_description: 'unknown event_id' });
  expect((await result).failure?.facts.hint).toBe(
    'check the event id and the redirect URI, then run: revento -p work login --event EVENT_ID',
  );
});
