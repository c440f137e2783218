import type { CommandModule } from '../../../command-kit/command.ts';
import { exitStatus } from '../../../errors/revento-error.ts';
import { gitPack } from '../../../privacy/packing.ts';
import { plainLine } from '../../../text/plain-line.ts';
import { counted } from '../../../text/sentence.ts';
import { People, runningPeople } from '../../shared/privacy/people.ts';
import { Tally } from '../../shared/privacy/tally.ts';
import { scanSource } from './scan-source.ts';
import { type Link, sourcesOf } from './sources.ts';

interface PrivacyScanOptions {
  readonly path: readonly string[];
  readonly deleted?: boolean;
}

/** `revento privacy scan`: finds people, tokens and secrets of a sandbox in files, logs and dumps. */
export const privacyScan: CommandModule<PrivacyScanOptions> = {
  declare: (command) =>
    command
      .argument('<path...>', 'files and directories; - for standard input')
      .option('--deleted', "fail on anybody's data: all of it had to be deleted")
      .addHelpText('after', `\n${help}`),
  examples: {
    'revento privacy scan logs/ app.db': 'whose data is kept, and which of it is in logs',
    'pg_dump app | revento privacy scan -': 'a dump of a database',
    'revento privacy scan --deleted .': 'fail when anything is left',
  },
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
    const { terminal, signal } = deps;
    const running = await runningPeople(deps);
    if (running === null && !isDeleted) {
      terminal.notice('note: no sandbox is running, so people have no names here, and their data is only reported');
    }
    const tally = new Tally(isDeleted);
    const options = { tally, people: running ?? new People(null), signal };
    const totals = { files: 0, bytes: 0, problems: 0 };
    const links: { first: Link | null; count: number } = { first: null, count: 0 };
    const packs: string[] = [];
    for await (const source of sourcesOf(paths, deps)) {
      if ('target' in source) {
        links.first ??= source;
        links.count++;
        continue;
      }
      const { bytes, problem } = yield* scanSource(source, options);
      totals.bytes += bytes;
      if (problem === null) totals.files++;
      else {
        totals.problems++;
        if (problem === `it is packed as ${gitPack}`) packs.push(source.name);
        else terminal.notice(`warning: not scanned to its end: ${plainLine(`${source.name}: ${problem}`, 500)}`);
      }
    }
    const [pack] = packs;
    if (pack !== undefined) {
      terminal.notice(`warning: not scanned: ${counted(packs.length, 'git pack')}, such as ${plainLine(pack, 300)}`);
      terminal.notice('hint: run: git cat-file --batch-all-objects --batch | revento privacy scan -');
    }
    if (links.first !== null) yield { kind: 'note', text: linksText(links.first, links.count) };
    const scanned = `${counted(totals.files, 'file')}, ${(totals.bytes / 1e6).toFixed(1)} MB`;
    const unread = totals.problems === 0 ? '' : `; ${totals.problems} not scanned to the end`;
    yield { kind: 'note', text: `scanned ${scanned}: ${tally.summary()}${unread}` };
    if (tally.hasFailed) return exitStatus.unmet;
    return totals.problems > 0 ? exitStatus.failed : undefined;
  },
};

function linksText({ path, target }: Link, count: number): string {
  const first = plainLine(`${path} -> ${target}`, 300);
  return count === 1
    ? `note: a link that leads out of what was scanned was not followed: ${first}`
    : `note: ${count} links that lead out of what was scanned were not followed, such as ${first}`;
}

const help = [
  'Finds what a sandbox started with --canaries gave out: names, email addresses and free answers of people, tokens and',
  'secrets, each with a marker of its own (rvcanary…). They are found as they are and as base64 or base64url,',
  'percent-encoded, as JSON or HTML escapes, in hexadecimal, as UTF-16, and inside gzip, zlib and zip.\n\n',
  'Tokens and secrets fail wherever they are. Data of people is reported, and fails (exit 3) once their consent was',
  'revoked at the running sandbox (revento sandbox revoke), or with --deleted. Tokens and secrets are never shown.',
]
  .join(' ')
  .replaceAll('\n\n ', '\n\n');
