import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { CommandModule } from '../../../command-kit/command.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import { exitStatus } from '../../../errors/revento-error.ts';
import { controlVariable } from '../../../sandbox/control/key.ts';
import type { SandboxEntry } from '../../../sandbox/server/app.ts';
import { variablesOf } from '../../../sandbox/server/env-file.ts';
import { freePort } from '../../../sandbox/server/host.ts';
import { declareSandboxFlags, readSandboxFlags, type SandboxFlags } from '../shared/flags.ts';
import { openSandbox } from '../shared/open.ts';
import { withOwnData } from '../shared/own-data.ts';
import { describeEntry } from '../shared/text.ts';
import { conclude, readAuditFlags } from './audit.ts';
import { makeScratch } from './scratch.ts';

interface SandboxExecOptions extends SandboxFlags {
  readonly audit?: boolean;
  readonly auditReport?: string;
  readonly baseline?: string;
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
        .option('--baseline <file>', 'with --audit: an earlier .json report; what is broken there fails nothing')
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
  examples: [
    { command: 'revento sandbox exec -- npm test', explains: 'run a test suite against a sandbox' },
    {
      command: 'revento sandbox exec --audit -- npm test',
      explains: 'the same, and fail when it breaks a rule of the guide',
    },
    {
      command:
        "revento sandbox exec --participants 5000 --no-rate-limit -- sh -c 'revento login && revento participants list --all'",
      explains: 'run this tool itself with it',
    },
  ],
  layout: { shape: 'value' },
  answersByStatus: () => true,

  // biome-ignore lint/correctness/useYield: stdout belongs to the command that is run.
  async *run(flags, deps) {
    const audit = await readAuditFlags(flags, deps);
    const plan = await withOwnData(readSandboxFlags(flags), flags, deps);
    const redirectUri = plan.redirectUris.at(-1) ?? `http://localhost:${await freePort(await deps.serve())}/callback`;
    const scratch = await makeScratch(deps);
    try {
      const opening = {
        hostName: '127.0.0.1',
        port: 0,
        stored: null,
        redirectUris: [...plan.redirectUris, redirectUri],
        ...(deps.isVerbose ? { onEvent: logTo(deps) } : {}),
      };
      const { hosted, credentials, controlKey, audit: judge } = await openSandbox(deps, plan, opening);
      try {
        const status = await deps.spawn(flags.command, {
          ...(await surroundings(deps, scratch.path)),
          ...variablesOf(credentials),
          [controlVariable]: controlKey,
        });
        if (audit === null) return status;
        // The command's own failure matters more than how it got there.
        const isKept = await conclude(judge(), audit, deps);
        return status !== 0 ? status : isKept ? 0 : exitStatus.unmet;
      } finally {
        await hosted.close();
      }
    } finally {
      await scratch.remove();
    }
  },
};

/** Shows the requests and deliveries of the sandbox, marked so that they differ from the output of the command. */
function logTo({ terminal, clock }: Pick<Deps, 'clock' | 'terminal'>): (entry: SandboxEntry) => void {
  return (entry) => terminal.notice(`sandbox ${describeEntry(entry, clock.now(), terminal.style)}`);
}

/**
 * A browser may run on for a moment after the command that opened it has ended. It keeps no compiled code: it would
 * write that into a home that a test is about to remove.
 *
 * Source: https://nodejs.org/api/cli.html#node_disable_compile_cache1
 */
const unwritten = ['NODE_DISABLE_COMPILE_CACHE', '1'] as const;

/** The environment without any trace of a real login, with this program as `revento` and as the browser. */
async function surroundings(
  { childEnv, program }: Pick<Deps, 'childEnv' | 'program'>,
  scratch: string,
): Promise<Record<string, string>> {
  const env = Object.fromEntries(
    Object.entries(childEnv).filter(([name]) => !/^REVENTO_/i.test(name) && name.toUpperCase() !== 'SANDBOX_EVENT_ID'),
  );
  const bin = join(scratch, 'bin');
  await mkdir(bin, { mode: 0o700 });
  await writeLauncher(bin, 'revento', program);
  const browser = await writeLauncher(bin, 'revento-consent', [...program, 'sandbox', 'consent'], unwritten);
  const pathName = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const path = env[pathName];
  return {
    ...env,
    [pathName]: path === undefined ? bin : `${bin}${delimiter}${path}`,
    // Quoted, because programs split BROWSER at spaces.
    BROWSER: /\s/.test(browser) ? `"${browser}"` : browser,
    REVENTO_CONFIG_DIR: join(scratch, 'config'),
  };
}

/**
 * A script of a line or two: programs split BROWSER in different ways, but all understand a single path.
 *
 * @param variable  set for this script alone: a name and a plain value
 */
async function writeLauncher(
  directory: string,
  name: string,
  words: readonly string[],
  variable?: readonly [name: string, value: string],
): Promise<string> {
  const set = variable?.join('=');
  if (process.platform === 'win32') {
    const path = join(directory, `${name}.cmd`);
    const quoted = words.map((word) => `"${word.replaceAll('%', '%%')}"`).join(' ');
    await writeFile(path, `${set === undefined ? '' : `@setlocal\r\n@set ${set}\r\n`}@${quoted} %*\r\n`, {
      mode: 0o700,
    });
    return path;
  }
  const path = join(directory, name);
  const quoted = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  await writeFile(path, `#!/bin/sh\n${set === undefined ? '' : `export ${set}\n`}exec ${quoted} "$@"\n`, {
    mode: 0o700,
  });
  return path;
}
