import { expect, it } from 'vitest';
import { HttpFailure, type HttpFailureKind, isHttpFailure, networkError } from '../../src/http/failure.ts';

it.each<[HttpFailureKind, string]>([
  ['dns', 'network'],
  ['refused', 'network'],
  ['unreachable', 'network'],
  ['connect_timeout', 'network'],
  ['proxy', 'network'],
  ['timeout', 'network'],
  ['reset', 'network'],
  ['tls', 'tls'],
  ['malformed', 'bad_answer'],
  ['too_large', 'bad_answer'],
  ['aborted', 'interrupted'],
])('reports an exchange that ended with %s as %s', (kind, code) => {
  expect(networkError(new HttpFailure(kind, 'auth.host.test:443', true), 'Token request').code).toBe(code);
});

it.each(['auth.revento.example:443', 'auth.revento.example', 'AUTH.REVENTO.EXAMPLE.:8443'])(
  'says that %s is a placeholder when its name is not found',
  (peer) => {
    expect(networkError(new HttpFailure('dns', peer, true), 'Token request').code).toBe('host_placeholder');
  },
);

it.each(['example.com:443', 'my-example:443', 'example.test:443'])(
  'does not call %s a placeholder because it contains the word',
  (peer) => {
    expect(networkError(new HttpFailure('dns', peer, true), 'Token request').code).toBe('network');
  },
);

it('does not blame the placeholder when the host was found and refused', () => {
  expect(networkError(new HttpFailure('refused', 'a.example:443', true), 'Token request').code).toBe('network');
});

it('says what was being done, why it failed, where, and under which request id', () => {
  const failure = new HttpFailure('refused', '127.0.0.1:4010', true);
  const error = networkError(failure, 'Token request', { requestId: 'id-1' });
  expect(error.message).toBe('Token request failed: connection refused (127.0.0.1:4010).');
  expect(error.facts.requestId).toBe('id-1');
  expect(error.cause).toBe(failure);
});

it('distinguishes an ended exchange from any other rejection', () => {
  expect(isHttpFailure(new HttpFailure('dns', 'a:1', true))).toBe(true);
  expect(isHttpFailure(new Error('dns'))).toBe(false);
});

it.each(['127.0.0.1:4010', 'localhost:4010', '[::1]:4010'])('says how to start what should listen on %s', (peer) => {
  const { facts } = networkError(new HttpFailure('refused', peer, true), 'GET /events/evt_1');
  expect(facts.hint).toContain('revento sandbox start');
});

it.each<[HttpFailureKind, string]>([
  ['refused', 'api.host.test:443'],
  ['reset', '127.0.0.1:4010'],
])('has no such hint for %s from %s', (kind, peer) => {
  expect(networkError(new HttpFailure(kind, peer, true), 'GET /events/evt_1').facts.hint).toBeUndefined();
});
