import fc from 'fast-check';
import { expect, it } from 'vitest';
import { playSandbox } from '../support/sandbox/model/play.ts';

// `npm run chaos` asks for more of them.
const runs = Number(process.env['REVENTO_MODEL_RUNS'] ?? 200);

it(
  'keeps API, deliveries and saved state in agreement, whatever happens in whatever order',
  async () => {
    await fc.assert(playSandbox({ steps: 40 }), { numRuns: runs });
  },
  120_000 + runs * 100,
);

it('is a judgment that a lost delivery does not pass', async () => {
  const losing = fc.assert(playSandbox({ steps: 10, loses: 'application.rejected' }), { numRuns: 100 });
  await expect(losing).rejects.toMatchObject({ cause: { message: expect.stringContaining('to match object') } });
}, 60_000);
