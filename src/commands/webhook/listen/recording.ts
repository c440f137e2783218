import { open } from 'node:fs/promises';
import type { Deps } from '../../../command-kit/deps.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { shellWord } from '../../../errors/shell-word.ts';
import { isInWorkTree } from '../../../files/work-tree.ts';
import { decodeLoosely, isUtf16 } from '../../../text/input.ts';
import { isScrubbedFile } from '../../../webhook/file-key.ts';
import { openRecorder, type Recorder } from '../../../webhook/recording.ts';
import type { LiveSecrets } from './live-secrets.ts';
import type { RecordPlan } from './plan.ts';

/**
 * Opens the file of `--record`, with made-up people or real ones. A file has people of one kind only.
 *
 * @throws ReventoError `usage` when the file has people of the other kind; `file`, `disk_full`
 */
export async function openRecording(
  { path, people }: RecordPlan,
  secrets: Pick<LiveSecrets, 'values'>,
  { terminal }: Pick<Deps, 'terminal'>,
): Promise<Recorder> {
  const isShared = people === 'real' ? false : await isInWorkTree(path);
  const isMadeUp = people === 'made-up' || isShared;
  const earlier = await earlierPeople(path);
  refuseMixing(path, isMadeUp, earlier);
  const recorder = await openRecorder(path);
  if (recorder.warning !== null) terminal.notice(`warning: ${recorder.warning}`);
  if (people === 'real') {
    terminal.notice(`warning: --raw records real people and real signatures in ${path}: do not commit or share it`);
  }
  if (!isMadeUp) return recorder;
  if (people === null) {
    terminal.notice(`note: ${path} is in a git work tree, so the people in it are made up; --raw records real ones`);
  }
  if (earlier !== null) terminal.notice(`note: people who are in ${path} already get other names from now on`);
  const { RecordingScrubber } = await import('../../../pseudonyms/recording-scrubber.ts');
  const scrubber = new RecordingScrubber({ secrets: () => secrets.values });
  await recorder.append(scrubber.head);
  return { ...recorder, append: (line) => recorder.append(scrubber.own(line, secrets.values)) };
}

function refuseMixing(path: string, isMadeUp: boolean, earlier: 'made-up' | 'real' | null): void {
  if (earlier === null || isMadeUp === (earlier === 'made-up')) return;
  const file = shellWord(path);
  throw new ReventoError(
    'usage',
    isMadeUp
      ? `${path} has deliveries with real people, so no made-up ones can be added.`
      : `${path} has made-up people, so no real ones can be added.`,
    {
      hint: isMadeUp
        ? `run: revento webhook scrub ${file} --out ${file}, or record to another file`
        : 'record to another file, or add --pseudonyms',
    },
  );
}

/** Blank lines may come before the first one with text. */
const firstBytes = 64 * 1024;

/** By its first line; null for a file without one. @throws ReventoError `usage` for one in UTF-16 */
async function earlierPeople(path: string): Promise<'made-up' | 'real' | null> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    const { O_RDONLY, O_NONBLOCK = 0 } = (await import('node:fs')).constants;
    file = await open(path, O_RDONLY | O_NONBLOCK);
  } catch {
    // Opening it for writing says what is wrong with it.
    return null;
  }
  try {
    if (!(await file.stat()).isFile()) return null;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(firstBytes), 0, firstBytes, 0);
    const first = buffer.subarray(0, bytesRead);
    if (isUtf16(first)) {
      throw new ReventoError('usage', `${path} is in UTF-16, and deliveries are recorded in UTF-8.`, {
        hint: 'record to another file',
      });
    }
    if (decodeLoosely(first).trim() === '') return null;
    return isScrubbedFile(first) ? 'made-up' : 'real';
  } finally {
    await file.close();
  }
}
