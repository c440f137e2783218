import { expect, it } from 'vitest';
import { timelineStream } from '../../src/console/stream.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { createSandbox } from '../../src/sandbox/server/app.ts';

it('gives a page that opens its requests, although a thousand happenings and deliveries came after them', async () => {
  const { exchange, control } = createSandbox({
    ...{ clock: systemClock, controlKey: 'key' },
    webhook: {
      ...{ url: 'http://127.0.0.1:9/', secret: 'whsec_test' },
      send: async () => ({ status: 204, headers: [], body: new Uint8Array() }),
    },
  });
  if (control === null) throw new Error('the sandbox has no control');
  await exchange({ method: 'GET', url: '/api/v1/events/early', headers: [], body: new Uint8Array() });
  for (let count = 0; count < 1_000; count++) await control.do('do', { action: 'apply' });
  const quit = new AbortController();
  const port = { ask: control.do.bind(control) };
  let text = '';
  for await (const piece of timelineStream(0, { control: port, clock: systemClock }, quit.signal)) {
    text += Buffer.from(piece).toString();
    if (text.includes('event: entry')) quit.abort();
  }
  expect(text.match(/^event: entry\ndata: \{"kind":"\w+"/gm)).toEqual([expect.stringContaining('"kind":"request"')]);
  expect(text).toContain('/api/v1/events/early');
});
