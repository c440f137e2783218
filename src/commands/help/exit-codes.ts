import type { CommandModule } from '../../command-kit/command.ts';
import { type ExitStatus, exitStatus } from '../../errors/revento-error.ts';
import { topicLayout } from './topic-text.ts';

const meaning: Readonly<Record<ExitStatus, string>> = {
  [exitStatus.done]: 'done; also when the reader of a pipe (`| head`) has seen enough of a list',
  [exitStatus.failed]: 'failed; so also when your own handler is not there (webhook check, webhook trigger)',
  [exitStatus.usage]: 'wrong usage: an unknown flag, a missing argument or setting',
  [exitStatus.unmet]: 'a check did not hold: webhook verify, webhook check, webhook listen --expect/--until/--count',
  [exitStatus.login]: 'log in (again): no login, an expired or revoked one, or not the right one for this call',
  [exitStatus.later]: 'try again later: rate limit, Revento down, no network, a lock timeout',
  [exitStatus.commandNotRunnable]: 'the COMMAND after `--` is not executable',
  [exitStatus.commandNotFound]: 'there is no such COMMAND',
  [exitStatus.interrupted]: 'interrupted with Ctrl-C',
};

const notes = [
  '`revento webhook listen -- COMMAND` and `revento sandbox exec -- COMMAND` end with the exit code of COMMAND.',
  'The reader of a pipe that has seen enough ends lists and a plain `webhook listen` with 0. Where the exit code is the answer (webhook check, verify, trigger and replay, sandbox exec, trigger and redeliver, status, doctor, and `webhook listen` with a COMMAND, a condition or `--on-invalid exit`) the run goes on to its end without output, and its exit code counts.',
  'An exit code of 5 is worth a retry in a script; 4 is not: somebody has to consent.',
];

/** `revento help exit-codes`: every exit status and when it is given. */
export const helpExitCodes: CommandModule = {
  declare: (command) => command,
  layout: { shape: 'value', isText: true },
  async *run() {
    const rows = Object.entries(meaning).map(([status, text]) => ({ status: Number(status), meaning: text }));
    yield {
      kind: 'value',
      data: rows,
      text: (style) => {
        const { terms, paragraph } = topicLayout(style);
        return [
          style.bold('Exit codes'),
          ...terms(rows.map((row) => ({ term: String(row.status).padStart(3), meaning: row.meaning }))),
          '',
          ...notes.flatMap((note) => paragraph(note)),
        ].join('\n');
      },
    };
    return undefined;
  },
};
