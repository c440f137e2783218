import { type ExitStatus, exitStatus } from '../../errors/revento-error.ts';
import type { TopicContent } from './topic.ts';

const meaning: Readonly<Record<ExitStatus, string>> = {
  [exitStatus.done]: 'success, also when a pipe such as `| head` closes early',
  [exitStatus.failed]: 'failed, also when your own handler cannot be reached (webhook check, webhook trigger)',
  [exitStatus.usage]: 'wrong usage: an unknown option, field or profile, a missing argument or setting',
  [exitStatus.unmet]:
    'a check failed: webhook verify, check, trigger --fault and listen --expect/--until/--count; sandbox run, audit and exec --audit/--no-leaks; certify; privacy scan',
  [exitStatus.login]: 'log in (again): no login, an expired or revoked one, or one of the wrong kind for this call',
  [exitStatus.later]:
    'try again later: rate limit, Revento down, no network, lock timeout; `webhook check` when no case failed but some could not be judged',
  [exitStatus.commandNotRunnable]: 'the COMMAND after `--` is not executable',
  [exitStatus.commandNotFound]: 'the COMMAND after `--` was not found',
  [exitStatus.interrupted]: 'interrupted with Ctrl-C',
};

const notes = [
  '`revento webhook listen -- COMMAND` and `revento sandbox exec -- COMMAND` end with the exit code of COMMAND.',
  'When a pipe closes early, lists and a plain `webhook listen` end with 0. Where the exit code is the answer (webhook check, verify, trigger and replay, sandbox exec, run, audit, trigger and redeliver, certify, init --check, privacy scan, status, doctor, and `webhook listen` with a COMMAND, a condition or `--on-invalid exit`), the run continues without output, and its exit code counts.',
  'A script may retry after exit code 5, but not after 4: you have to log in.',
];

const rows = Object.entries(meaning).map(([status, text]) => ({ status: Number(status), meaning: text }));

/** `revento help exit-codes`: every exit status and when it is given. */
export const exitCodes: TopicContent = {
  data: rows,
  parts: [rows.map((row) => ({ term: String(row.status).padStart(3), meaning: row.meaning })), notes.join('\n')],
};
