import { doctor } from '../../../src/commands/doctor/doctor.ts';
import type { Exchange, HttpRequest, Serve } from '../../../src/ports/exchange.ts';
import { aLogin, memory, run, testNow, type World } from './deps.ts';

interface Row {
  readonly check: string;
  readonly status: string;
  readonly message: string;
  readonly remedy: string | null;
}

export const httpDate = (at: number) => new Date(at).toUTCString();
/** A server that refuses every request, with this time. */
export const answering =
  (date: string, seen: HttpRequest[] = []): Exchange =>
  async (request) => {
    seen.push(request);
    return { status: 401, headers: [['Date', date]], body: new Uint8Array() };
  };
/** A machine on which a port is free on these addresses. */
export const bound =
  (...addresses: string[]): Serve =>
  async ({ port }) => ({ port, addresses, close: async () => undefined });

/** A machine on which everything is in order. */
export const healthy: World = {
  profiles: {
    default: {
      auth_base: 'https://auth.revento.test',
      api_base: 'https://api.revento.test/v1',
      client_id: 'app_1',
    },
  },
  secrets: { default: { client_secret: 'sealed-client-secret', webhook_secret: 'sealed-webhook-secret' } },
  logins: { default: [aLogin()] },
  http: answering(httpDate(testNow)),
  serve: bound('127.0.0.1', '::1'),
};

/** Runs `revento doctor` on a machine that is in order but for the changes. */
export async function examine(changes: World = {}) {
  const { text, data, status } = await run(doctor, {}, memory({ ...healthy, ...changes }));
  const rows = data[0] as readonly Row[];
  return { text, rows, status, of: (check: string) => rows.filter((row) => row.check === check) };
}
