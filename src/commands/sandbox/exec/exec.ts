import type { CommandModule } from '../../../command-kit/command.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import { exitStatus } from '../../../errors/revento-error.ts';
import type { Sandbox, SandboxEntry } from '../../../sandbox/server/app.ts';
import { People } from '../../shared/privacy/people.ts';
import { openTemporary } from '../../shared/sandbox/temporary.ts';
import { declareSandboxFlags, readSandboxFlags, type SandboxFlags } from '../shared/flags.ts';
import { withOwnData } from '../shared/own-data.ts';
import { describeEntry } from '../shared/text.ts';
import { conclude, readAuditFlags } from './audit.ts';
import { PrintedLeaks } from './leaks.ts';

interface SandboxExecOptions extends SandboxFlags {
  readonly audit?: boolean;
  readonly auditReport?: string;
  readonly baseline?: string;
  /** False when `--no-leaks` was given. */
  readonly leaks: boolean;
  readonly command: readonly string[];
}

/** `revento sandbox exec`: runs a command with a temporary sandbox and a temporary home. */
export const sandboxExec: CommandModule<SandboxExecOptions> = {
  declare: (command) =>
    declareSandboxFlags(
      command
        .argument('<command...>', 'the command and its arguments, after --')
        .usage('[options] -- COMMAND')
        .option('--audit', 'judge what COMMAND did, on stderr; exit 3 when it broke a rule')
        .option('--audit-report <file>', 'also write the verdict, by ending: .json .ndjson .xml .sarif .html .tap .txt')
        .option('--baseline <file>', 'with --audit: an earlier .json report: rules broken there do not fail this run')
        .option('--no-leaks', 'fail (exit 3) when COMMAND prints data of people, tokens or secrets; implies --canaries')
        .addHelpText(
          'after',
          `\n${[
            'COMMAND finds the sandbox in REVENTO_AUTH_BASE, REVENTO_API_BASE, REVENTO_CLIENT_ID, REVENTO_CLIENT_SECRET,',
            'REVENTO_WEBHOOK_SECRET, REVENTO_REDIRECT_URI, REVENTO_CONFIG_DIR and SANDBOX_EVENT_ID; BROWSER gives consent',
            'automatically, `revento` is on the PATH, and `revento sandbox trigger` and the other sandbox commands control',
            'this sandbox (REVENTO_SANDBOX_KEY). Every other REVENTO_ variable is removed, so that no real login is used.',
          ].join(' ')}\n\n--verbose shows the requests and deliveries of the sandbox on stderr.`,
        ),
    ),
  examples: {
    'revento sandbox exec -- npm test': 'run a test suite against a sandbox',
    'revento sandbox exec --audit --no-leaks -- npm test':
      "the same, and fail when it breaks a rule of the guide or prints attendees' data",
    "revento sandbox exec --participants 5000 --no-rate-limit -- sh -c 'revento login && revento participants list --all'":
      'run this tool itself with it',
  },
  layout: { shape: 'value' },
  answersByStatus: () => true,

  // biome-ignore lint/correctness/useYield: stdout belongs to the command that is run.
  async *run(flags, deps) {
    const audit = await readAuditFlags(flags, deps);
    const printed = flags.leaks ? null : new PrintedLeaks();
    const canaries = flags.canaries || printed !== null;
    const plan = await withOwnData(readSandboxFlags({ ...flags, canaries }), flags, deps);
    const temporary = await openTemporary(deps, plan, deps.isVerbose ? { onEvent: logTo(deps) } : {});
    try {
      const watching = printed === null ? {} : { onOutput: printed.see.bind(printed) };
      const status = await deps.spawn(flags.command, temporary.env(temporary.credentials), watching);
      const isSilent = (await printed?.conclude(peopleOf(temporary.sandbox), deps)) ?? true;
      if (audit === null) return status !== 0 || isSilent ? status : exitStatus.unmet;
      // The command's own failure matters more than how it got there.
      const isKept = await conclude(temporary.sandbox.audit(), audit, deps);
      return status !== 0 ? status : isKept && isSilent ? 0 : exitStatus.unmet;
    } finally {
      await temporary.close();
    }
  },
};

function peopleOf({ control }: Pick<Sandbox, 'control'>): People {
  return new People(control === null ? null : (markers) => control.do('owners', { markers }));
}

/** Shows the requests and deliveries of the sandbox, marked so that they differ from the output of the command. */
function logTo({ terminal, clock }: Pick<Deps, 'clock' | 'terminal'>): (entry: SandboxEntry) => void {
  return (entry) => terminal.notice(`sandbox ${describeEntry(entry, clock.now(), terminal.style)}`);
}
