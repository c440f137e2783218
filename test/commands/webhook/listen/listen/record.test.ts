import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRecording } from '../../../../../src/webhook/recording.ts';
import { rawExchange } from '../../../../support/http/raw-http.ts';
import { aDelivery, type DeliveryOptions, newSecret } from '../../../../support/webhook/delivery.ts';
import { closeHandlers, handler } from '../../../../support/webhook/handler.ts';
import { endRigs, type ListenRig, listen } from '../../../../support/webhook/listen-rig.ts';

const secret = newSecret();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'revento-listen-'));
});
afterEach(async () => {
  await endRigs();
  await closeHandlers();
  await rm(folder, { recursive: true, force: true });
});

const send = (rig: ListenRig, options: Partial<DeliveryOptions> = {}) =>
  rawExchange(rig.port, { pieces: [aDelivery({ secret, ...options }).wire] });

describe('--record', () => {
  it('appends every delivery as printed, for its owner only', async () => {
    const record = join(folder, 'deliveries.ndjson');
    const rig = await listen({ secret, record, count: '1' });
    await send(rig, { secret: newSecret() });
    await send(rig, { body: '{"type":"activity.updated","n":1.50}' });
    await rig.end;
    const text = await readFile(record, 'utf8');
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(rig.lines.filter(({ type }) => type === 'delivery'));
    expect((await stat(record)).mode & 0o777).toBe(0o600);
  });

  it('continues after a line that was cut off, which then is reported and harms no other', async () => {
    const record = join(folder, 'deliveries.ndjson');
    await writeFile(record, '{"type":"delivery","delivery_id":"cut');
    const rig = await listen({ secret, record, count: '1' });
    await send(rig);
    await rig.end;
    const { deliveries, warnings } = await parseRecording(await readFile(record, 'utf8'));
    expect(deliveries).toHaveLength(1);
    expect(warnings).toEqual(['line 1 is not JSON; skipped']);
  });

  it.skipIf(process.platform === 'win32')('closes an existing file to other users, and says so', async () => {
    const record = join(folder, 'deliveries.ndjson');
    await writeFile(record, '');
    await chmod(record, 0o644);
    const rig = await listen({ secret, record, count: '1' });
    await send(rig);
    await rig.end;
    expect((await stat(record)).mode & 0o777).toBe(0o600);
    expect(rig.notices.join('\n')).toContain(`warning: other users could read ${record}; its permissions are 0600 now`);
  });

  // Only root can give a file away.
  it.runIf(process.getuid?.() === 0)('says that the file belongs to another user, and leaves it as it is', async () => {
    const record = join(folder, 'deliveries.ndjson');
    await writeFile(record, '');
    await chmod(record, 0o644);
    await chown(record, 54321, 54321);
    const rig = await listen({ secret, record });
    expect(rig.notices.join('\n')).toContain(`warning: ${record} belongs to another user`);
    expect((await stat(record)).mode & 0o777).toBe(0o644);
  });

  it('holds no secret of a target: the values of its query are masked, in the output as well', async () => {
    const target = await handler();
    const record = join(folder, 'deliveries.ndjson');
    const rig = await listen({ secret, record, count: '1', forward: [`${target.url}?token=hidden&hidden`] });
    await send(rig);
    await rig.end;
    expect(target.got).toHaveLength(1);
    const everything = `${await readFile(record, 'utf8')}${JSON.stringify(rig.lines)}${rig.texts}${rig.notices}`;
    expect(everything).not.toContain('hidden');
    expect(everything).toContain('?token=[masked]&[masked]');
  });

  it.skipIf(process.platform === 'win32')('fails before anything is received when the file is a pipe', async () => {
    const record = join(folder, 'fifo');
    execFileSync('mkfifo', [record]);
    await expect(listen({ secret, record })).rejects.toMatchObject({
      code: 'file',
      facts: { hint: expect.stringContaining('-o ndjson') },
    });
  });

  it('fails before anything is received when the file cannot be written', async () => {
    await expect(listen({ secret, record: join(folder, 'no/such/folder') })).rejects.toMatchObject({ code: 'file' });
  });
});

it('is neither delayed nor ended by an unsigned body that takes long to explain', async () => {
  const rig = await listen({ secret });
  const nested = `${'['.repeat(4_000)}${'1,'.repeat(100_000)}1${']'.repeat(4_000)}`;
  for (const body of [`${'\n'.repeat(262_000)}a\n`, nested]) {
    expect((await send(rig, { secret: newSecret(), body: Buffer.from(body) })).status).toBe(401);
  }
  expect((await send(rig)).status).toBe(200);
  expect(await rig.delivery(2)).toMatchObject({ verified: true });
});
