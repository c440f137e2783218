import type { CommandModule } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { exitStatus, ReventoError } from '../../errors/revento-error.ts';
import { piecesOfFile } from '../../files/user-file.ts';
import type { Item } from '../../output/item.ts';
import { filesAt, isLog } from '../../privacy/files.ts';
import { Unpacker } from '../../privacy/unpacker.ts';
import { plainLine } from '../../text/plain-line.ts';
import { runningPeople } from '../shared/privacy/people.ts';
import { counted, Tally } from '../shared/privacy/tally.ts';

interface PrivacyScanOptions {
  readonly path: readonly string[];
  readonly deleted?: boolean;
}

/** Read at once: large enough that the reading does not cost more than the search. */
const pieceBytes = 1024 * 1024;

/** `revento privacy scan`: finds people, tokens and secrets of a sandbox in files, logs and dumps. */
export const privacyScan: CommandModule<PrivacyScanOptions> = {
  declare: (command) =>
    command
      .argument('<path...>', 'files and directories; - for standard input')
      .option('--deleted', "fail on anybody's data: all of it had to be deleted")
      .addHelpText('after', `\n${help}`),
  examples: [
    { command: 'revento privacy scan logs/ app.db', explains: 'whose data is kept, and which of it is in logs' },
    { command: 'pg_dump app | revento privacy scan -', explains: 'a dump of a database' },
    { command: 'revento privacy scan --deleted .', explains: 'fail when anything is left' },
  ],
  layout: {
    shape: 'rows',
    columns: [
      { path: 'verdict', isWhole: true },
      { path: 'kind', isWhole: true },
      { path: 'who', isWhole: true },
      { path: 'file' },
      { path: 'inside', isOptional: true },
      { path: 'line' },
      { path: 'offset', leaves: 2 },
      { path: 'form', leaves: 1 },
    ],
    fields: ['verdict', 'kind', 'who', 'name', 'event_id', 'file', 'inside', 'line', 'offset', 'form', 'is_log'],
  },
  answersByStatus: () => true,

  async *run({ path: paths, deleted: isDeleted = false }, deps) {
    const people = await runningPeople(deps);
    if (people === null && !isDeleted) {
      deps.terminal.notice(
        'note: no sandbox is running, so people have no names here, and their data is only reported',
      );
    }
    const tally = new Tally({ people, isDeleted });
    const totals = { files: 0, bytes: 0, problems: 0 };
    for await (const source of sourcesOf(paths, deps)) {
      totals.files++;
      const { bytes, problem } = yield* scanSource(source, tally);
      totals.bytes += bytes;
      if (problem === null) continue;
      totals.problems++;
      deps.terminal.notice(`warning: not scanned to its end: ${plainLine(`${source.name}: ${problem}`, 500)}`);
    }
    const scanned = `${counted(totals.files, 'file')}, ${(totals.bytes / 1e6).toFixed(1)} MB`;
    yield { kind: 'note', text: `scanned ${scanned}: ${tally.summary()}` };
    if (tally.hasFailed) return exitStatus.unmet;
    return totals.problems > 0 ? exitStatus.failed : undefined;
  },
};

interface Source {
  readonly name: string;
  readonly isLog: boolean;
  pieces(): AsyncIterable<Uint8Array>;
}

/** @throws ReventoError `file` when a path that was named does not exist */
async function* sourcesOf(
  paths: readonly string[],
  { terminal, signal }: Pick<Deps, 'terminal' | 'signal'>,
): AsyncGenerator<Source, void, void> {
  for (const path of paths) {
    if (path === '-') {
      yield { name: '-', isLog: false, pieces: () => terminal.stdin() };
      continue;
    }
    for await (const listed of filesAt(path)) {
      const failure = 'problem' in listed ? listed.problem : null;
      if (failure === 'ENOENT' && listed.path === path) {
        throw new ReventoError('file', `Cannot read ${path || '""'}: there is no such file.`);
      }
      yield {
        name: listed.path,
        isLog: isLog(listed.path),
        async *pieces() {
          if (failure !== null) throw new Error(failure);
          yield* piecesOfFile(listed.path, { signal, pieceBytes });
        },
      };
    }
  }
}

/** Gives what is found as it is found. What keeps a file from being read to its end is returned. */
async function* scanSource(
  { name, isLog, pieces }: Source,
  tally: Tally,
): AsyncGenerator<Item, { readonly bytes: number; readonly problem: string | null }, void> {
  const unpacker = new Unpacker();
  const rows = (): Item[] => {
    const found = unpacker.take().map((place) => tally.judge(place, name, isLog));
    return found.length === 0 ? [] : [{ kind: 'rows', rows: found }];
  };
  let problem: string | null = null;
  try {
    for await (const piece of pieces()) {
      unpacker.push(piece);
      yield* rows();
    }
    unpacker.end();
  } catch (error) {
    if (error instanceof ReventoError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    problem = typeof code === 'string' ? code : message;
  }
  yield* rows();
  return { bytes: unpacker.length, problem };
}

const help = [
  'Finds what a sandbox started with --canaries gave out: names, email addresses and free answers of people, tokens and',
  'secrets, each with a marker of its own (rvcanary…). They are found as they are and as base64 or base64url,',
  'percent-encoded, as JSON or HTML escapes, in hexadecimal, as UTF-16, and inside gzip and zip.\n\n',
  'Tokens and secrets fail wherever they are. Data of people is reported, and fails (exit 3) once their consent was',
  'revoked at the running sandbox (revento sandbox revoke), or with --deleted. Tokens and secrets are never shown.',
]
  .join(' ')
  .replaceAll('\n\n ', '\n\n');
