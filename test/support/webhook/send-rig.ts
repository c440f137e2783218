import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { createHttpClient, type HttpClient } from '../../../src/platform/http/client.ts';
import { createForwarder } from '../../../src/platform/http/forwarder.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { verify } from '../../../src/webhook/signature.ts';
import { type Memory, memory, type World } from '../commands/deps.ts';
import { newSecret } from './delivery.ts';
import { closeHandlers, type Got } from './handler.ts';

/** What the tests of commands that send deliveries share: a real client, a secret, and a folder for each test. */
interface SendRig {
  readonly secret: string;
  /** Fresh for each test. */
  folder(): string;
  /** Dependencies with a real clock and real clients, because handlers look at the time. */
  world(environmentSecrets?: World['environmentSecrets']): Memory;
  /** The signature of a received delivery, judged by the secret of the rig. */
  verdict(got: Got): ReturnType<typeof verify>;
}

/** The first value of a header, or null. */
export const header = ({ headers }: Got, name: string) => headers[name.toLowerCase()]?.[0] ?? null;

/** Sets up the hooks of the test file that calls it. */
export function sendRig(): SendRig {
  const secret = newSecret();
  let client: HttpClient;
  let folder: string;
  beforeAll(async () => {
    client = await createHttpClient();
  });
  afterAll(() => client.close());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'revento-send-'));
  });
  afterEach(async () => {
    await closeHandlers();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    secret,
    folder: () => folder,
    world: (environmentSecrets = { webhook_secret: secret }) => {
      const base = memory({ environmentSecrets });
      return Object.assign(base, {
        deps: { ...base.deps, clock: systemClock, http: async () => client.exchange, forwarder: createForwarder },
      });
    },
    verdict: (got) =>
      verify({
        secrets: [secret],
        timestamp: header(got, 'X-Revento-Timestamp'),
        signature: header(got, 'X-Revento-Signature'),
        body: got.body,
        nowSeconds: Date.now() / 1000,
      }),
  };
}
