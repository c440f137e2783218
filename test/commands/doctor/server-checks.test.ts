import { describe, expect, it } from 'vitest';
import { HttpFailure } from '../../../src/http/failure.ts';
import type { Exchange, HttpRequest } from '../../../src/ports/exchange.ts';
import { testNow } from '../../support/commands/deps.ts';
import { answering, examine, httpDate } from '../../support/commands/doctor-rig.ts';

describe('doctor on the network', () => {
  it('sends no token to anybody', async () => {
    const seen: HttpRequest[] = [];
    await examine({ http: answering(httpDate(testNow), seen), environmentToken: 'from-the-environment' });
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET https://auth.revento.test/',
      'GET https://api.revento.test/v1',
    ]);
    for (const { headers } of seen) expect(headers.map(([name]) => name)).not.toContain('Authorization');
  });

  it.each([
    [0, 'ok', 'agrees'],
    [20_000, 'ok', 'agrees'],
    [-120_500, 'warn', '2m behind'],
    [120_500, 'warn', '2m ahead of'],
    [3_600_500, 'fail', '1h ahead of'],
  ])('judges a clock that is %d ms off', async (skew, status, message) => {
    const [finding] = (await examine({ http: answering(httpDate(testNow - skew)) })).of('clock');
    expect(finding?.status).toBe(status);
    expect(finding?.message).toContain(message);
  });

  it('says nothing about the clock when no server reported its time', async () => {
    expect((await examine({ http: answering('nonsense') })).of('clock')[0]?.status).toBe('skip');
  });

  it('reports a server that cannot be reached', async () => {
    const http: Exchange = async () => {
      throw new HttpFailure('refused', 'api.revento.test:443', true);
    };
    expect((await examine({ http })).of('API server')[0]).toMatchObject({
      status: 'fail',
      message: 'A request to api.revento.test failed: connection refused (api.revento.test:443).',
    });
  });
});
