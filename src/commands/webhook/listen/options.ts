import type { Command } from 'commander';
import { redactOption, unknownTypeOption } from '../../../command-kit/globals.ts';
import { collect } from '../../../command-kit/option-values.ts';
import { shellWord } from '../../../errors/shell-word.ts';
import { defaultHandlerPath, defaultListenPort } from '../../../webhook/defaults.ts';

/** `listen`'s options as commander parses them. */
export interface WebhookListenOptions {
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly forward?: readonly string[];
  readonly forwardTo?: readonly string[];
  readonly events?: string;
  readonly onInvalid: 'reject' | 'forward' | 'exit';
  readonly header?: readonly string[];
  readonly forwardTimeout: string;
  readonly allowRemote?: boolean;
  readonly insecure?: boolean;
  readonly forwardDuplicates?: boolean;
  readonly record?: string;
  readonly pseudonyms?: boolean;
  readonly raw?: boolean;
  readonly printBody?: boolean;
  readonly redact?: boolean;
  readonly unknownType?: boolean;
  readonly count?: string;
  readonly until?: string;
  readonly expect?: string;
  readonly timeout?: string;
  readonly ui?: boolean;
  readonly uiPort?: string;
  readonly browser?: boolean;
  readonly command?: readonly string[];
}

export function declareListen(command: Command): Command {
  const forward = (flags: string, text: string) =>
    command.createOption(flags, text).preset('').argParser<readonly string[]>(collect);
  return command
    .argument(
      '[command...]',
      'after --: run this once ready, with the URL and the signing secret in its environment; end with its exit code',
    )
    .addOption(
      forward(
        '-f, --forward [target]',
        `forward deliveries: to a URL, a port (http://localhost:PORT${defaultHandlerPath}), or TYPE=URL for one type; repeatable (bare: port 3000)`,
      ),
    )
    .addOption(forward('--forward-to [target]', 'the same as --forward').hideHelp())
    .option('--port <port>', 'port to listen on, 0 for a free one', String(defaultListenPort))
    .option('--host <host>', 'address to listen on; localhost is 127.0.0.1 and ::1', 'localhost')
    .option('--path <path>', 'path to listen on', defaultHandlerPath)
    .option('--events <types>', 'show and forward only these, separated by commas; others are acknowledged')
    .addOption(
      command
        .createOption('--on-invalid <what>', 'answer 401, forward unverified, or end at the first one')
        .choices(['reject', 'forward', 'exit'])
        .default('reject'),
    )
    .option('-H, --header <name:value>', 'add a header to forwarded requests; repeatable', collect)
    .option('--forward-timeout <duration>', 'longest wait for a handler; Revento itself waits 10s', '9s')
    .option('--allow-remote', 'forward to other machines')
    .option('--insecure', 'accept self-signed certificates from a local https handler')
    .option('--forward-duplicates', 'also forward deliveries that were acknowledged before')
    .option('--record <file>', 'append every delivery to a file, for `webhook replay`')
    .option('--pseudonyms', 'record made-up people, signed with a key of the file (default in a git work tree)')
    .option('--raw', 'record deliveries as they came, also in a git work tree')
    .option('--ui', 'show deliveries on a page in the browser: why a signature fails, answers, replay')
    .option('--ui-port <n>', 'port of that page; implies --ui (default: 4480, or the next free one)')
    .option('--no-browser', 'only print the address of that page')
    .option('--print-body', 'show the payload of each delivery below its line')
    .option(...redactOption)
    .option(...unknownTypeOption)
    .optionsGroup('Conditions (a delivery counts once it is acknowledged with 2xx):')
    .option('--count <n>', 'end after this many deliveries')
    .option('--until <type>', 'end after a delivery of this type')
    .option('--expect <types>', 'end once each of these has arrived, separated by commas')
    .option('--timeout <duration>', 'end after this time; exit 3 if a condition is unmet then')
    .addHelpText(
      'after',
      '\nA type may end in *: application.* stands for every type that begins with "application.".\nA TYPE= target gets only those types; a target without TYPE= gets the rest.\nRunning listeners switch to signing secrets that change in their profile; those of the environment stay.\nAnyone can send an invalid delivery: only its first 4 KB are shown and recorded, within limits, and it\nnever goes through --jq.\n',
    );
}

/** The hint for a word without a flag: most likely the target to forward to. */
export function hintForLostWord(word: string): string {
  return /^(?:\d+|https?:.*)$/.test(word)
    ? `to forward there, run: revento webhook listen --forward ${shellWord(word)}`
    : 'put a command to run after dashes: revento webhook listen -- COMMAND; put a server to forward to after --forward';
}
