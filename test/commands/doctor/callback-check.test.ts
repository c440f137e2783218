import { describe, expect, it } from 'vitest';
import { ReventoError } from '../../../src/errors/revento-error.ts';
import type { Serve } from '../../../src/ports/exchange.ts';
import type { World } from '../../support/commands/deps.ts';
import { bound, examine, healthy } from '../../support/commands/doctor-rig.ts';

describe('doctor on the callback port', () => {
  const local = (redirectUri: string): World => ({
    profiles: { default: { ...healthy.profiles?.['default'], redirect_uri: redirectUri } },
  });

  it('binds the port of the redirect URI and releases it', async () => {
    const asked: unknown[] = [];
    let isClosed = false;
    const serve: Serve = async ({ host, port }) => {
      asked.push([host, port]);
      return {
        port,
        addresses: ['127.0.0.1', '::1'],
        close: async () => {
          isClosed = true;
        },
      };
    };
    const { of } = await examine({ ...local('http://localhost:8910/cb'), serve });
    expect(asked).toEqual([['localhost', 8910]]);
    expect(isClosed).toBe(true);
    expect(of('callback')[0]?.message).toBe('Port 8910 is free on 127.0.0.1 and ::1.');
  });

  it('warns when only one family is there', async () => {
    expect((await examine({ serve: bound('127.0.0.1') })).of('callback')[0]?.status).toBe('warn');
  });

  it('fails when it is taken, and says how to find out by whom', async () => {
    const serve: Serve = async () => {
      throw new ReventoError('port_busy', 'Port 3000 is taken on ::1.');
    };
    const [finding] = (await examine({ serve })).of('callback');
    expect(finding).toMatchObject({ status: 'fail', message: 'Port 3000 is taken on ::1.' });
    expect(finding?.remedy).toContain('3000');
  });

  it("has nothing to bind for a tunnel's redirect URI", async () => {
    expect((await examine(local('https://tunnel.test/cb'))).of('callback')[0]?.status).toBe('skip');
  });
});
