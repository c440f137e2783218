import { expect, it } from 'vitest';
import { readBounded } from '../../src/files/bounded-file.ts';
import { readRecording } from '../../src/webhook/recording.ts';

it('reads a device no further than it may', async () => {
  await expect(readBounded('/dev/zero', 1024 ** 2)).rejects.toMatchObject({
    code: 'file',
    message: '/dev/zero is longer than 1 MB, the most that is read.',
  });
});

it('reads a file whole', async () => {
  expect((await readBounded(import.meta.filename, 1024 ** 2)).toString()).toContain('reads a file whole');
});

it('leaves why a file cannot be read to who knows what it is', async () => {
  await expect(readBounded('/no-such-file', 10)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(readRecording('/no-such-file')).rejects.toMatchObject({ code: 'file' });
});
