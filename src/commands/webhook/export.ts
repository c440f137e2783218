import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { CommandModule } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import type { GlobalOptions } from '../../command-kit/globals.ts';
import { collect } from '../../command-kit/option-values.ts';
import { program } from '../../errors/next-command.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { shellWord } from '../../errors/shell-word.ts';
import { isSuccess } from '../../http/status.ts';
import { valueItem } from '../../output/item.ts';
import { type TestedDelivery, testFile } from '../../test-code/test-file.ts';
import { curlForm, type TestForm, testForms } from '../../test-code/test-forms.ts';
import type { Recorded } from '../../webhook/recorded-line.ts';
import { targetUrl } from '../../webhook/sending/target-url.ts';
import { choose } from './replay/choice.ts';
import { deliveriesOf, signableOf } from './replay/recorded.ts';
import { otherSecrets, readSigningSecrets } from './shared/secrets.ts';

interface WebhookExportOptions extends GlobalOptions {
  readonly file: string;
  readonly as?: string;
  readonly to: string;
  readonly only?: readonly string[];
  readonly includeInvalid?: boolean;
  readonly includeUnchecked?: boolean;
  readonly force?: boolean;
}

const forms: readonly TestForm[] = [curlForm, ...testForms];

const about = `
${[
  'Each test sends the recorded headers and bytes to your running handler, and expects the status that the handler gave',
  'when they were recorded, or any 2xx if no handler got them. The last test changes a body after signing and expects 401.',
].join(' ')}

${[
  'Recorded timestamps are too old for a handler, so the tests sign when they run, with REVENTO_WEBHOOK_SECRET: it must be',
  'the secret of the handler, and is never in the file. WEBHOOK_URL overrides --to. Tests of a recording that',
  '`revento webhook scrub` made sign with the key of that file if the variable is not set: the key is not a secret, so the',
  'handler under test can have it, too.',
].join(' ')}

Deliveries recorded as invalid are never signed; --include-invalid sends them unchanged and expects 401.
`;

/** `revento webhook export`: a test for each delivery of a recording, as source code. */
export const webhookExport: CommandModule<WebhookExportOptions> = {
  declare: (command) =>
    command
      .argument('<file>', 'what `webhook listen --record` or `-o ndjson` wrote; - for standard input')
      .addOption(
        command
          .createOption('--as <form>', 'a script of curl commands, or the test framework')
          .choices(forms.map(({ id }) => id)),
      )
      .option('--to <url>', 'handler that the tests send to, or its port', '3000')
      .option('--only <id>', 'only the deliveries with this delivery id; repeatable', collect)
      .option(
        '--include-invalid',
        'also test that deliveries recorded as invalid are rejected; they are sent unchanged',
      )
      .option('--include-unchecked', 'also sign deliveries whose recorded signature cannot be checked')
      .option('--force', 'replace the file of --out if it exists')
      .addHelpText('after', about),
  examples: {
    'revento webhook export deliveries.ndjson --as pytest --out test_webhook.py': 'a test file for pytest',
    'revento webhook export deliveries.ndjson --as vitest --to 8080 --out webhook.test.js':
      'for Vitest and a handler on another port',
    'tail -n 1 deliveries.ndjson | revento webhook export - --as curl --out webhook.sh':
      'only the last delivery, as a shell script',
  },
  layout: { shape: 'value', isText: true, isIndivisible: true },

  async *run(options, deps) {
    const { out, force = false } = options;
    const form = formNamed(options.as);
    const url = targetUrl(options.to, { source: '--to' }).href;
    if (out !== undefined && !force) refuseToReplace(out);
    const chosen = await chosenOf(options, deps);
    const deliveries = chosen.map(tested);
    tellOf(deliveries, deps);
    if (out !== undefined && !form.found.test(basename(out))) {
      deps.terminal.notice(`note: ${form.name} finds only files with names like ${form.file}`);
    }
    const code = form.write(testFile(deliveries, { url, className: classNameOf(out), key: keyOf(chosen) }));
    if (deps.format === 'table' && !deps.isFiltered) yield { kind: 'bytes', bytes: Buffer.from(code) };
    else yield valueItem({ as: form.id, file: form.file, deliveries: deliveries.length, code }, () => code);
  },
};

/** @throws ReventoError `usage` without a name */
function formNamed(name: string | undefined): TestForm {
  const form = forms.find(({ id }) => id === name);
  if (form !== undefined) return form;
  throw new ReventoError('usage', 'Name what to write with --as.', {
    hint: `use one of ${forms.map(({ id }) => id).join(', ')}, such as --as pytest`,
  });
}

/** Tests are edited, and --out replaces what it names. @throws ReventoError `usage` */
function refuseToReplace(out: string): void {
  if (!statSync(out, { throwIfNoEntry: false })?.isFile()) return;
  throw new ReventoError('usage', `${out} already exists. Nothing was written.`, {
    hint: 'give --out another name, or --force to replace it',
  });
}

/** The deliveries to be tested. Says which are left out. */
async function chosenOf(options: WebhookExportOptions, deps: Deps): Promise<readonly Recorded[]> {
  const { only, includeInvalid = false, includeUnchecked = false } = options;
  const { file, deliveries } = await deliveriesOf(options.file, deps);
  const choice = choose(deliveries, { file, only, includeInvalid, isSigned: false });
  if (choice.leftOut !== null) deps.terminal.notice(`note: ${choice.leftOut}`);
  if (choice.chosen.some(({ scrubbed }) => scrubbed === null)) warnOfPeople(file, options.file, deps);
  const valid = choice.chosen.filter(({ invalid }) => invalid === null);
  const secrets = (await readSigningSecrets(deps))?.map(({ secret }) => secret.reveal()) ?? [];
  const isChecked = secrets.length > 0 || (await otherSecrets(deps)).size > 0;
  if (!isChecked && !includeUnchecked && valid.length > 0) {
    deps.terminal.notice('note: the recorded signatures were not checked: no signing secret is configured here');
  }
  if (valid.length === 0) return choice.chosen;
  const signing = { file, secrets, includeUnchecked: includeUnchecked || !isChecked };
  const signed = new Set(await signableOf(valid, signing, deps));
  return choice.chosen.filter((recorded) => recorded.invalid !== null || signed.has(recorded));
}

/** What the tests would show to everybody who can read them. */
function warnOfPeople(file: string, typed: string, { profile, terminal }: Pick<Deps, 'profile' | 'terminal'>): void {
  const scrub = `${program(profile)} webhook scrub ${shellWord(typed)}`;
  terminal.notice(
    `warning: ${file} holds attendees' data as received, and so do these tests; to replace it with made-up people, run: ${scrub}`,
  );
}

/** The key of a scrubbed recording: it signs for a handler that has it, and is in the file for anybody to read. */
function keyOf(chosen: readonly Recorded[]): string | null {
  return chosen.find(({ scrubbed }) => scrubbed !== null)?.scrubbed?.fileKey ?? null;
}

function tested({ deliveryId, event, headers, body, invalid, answered }: Recorded): TestedDelivery {
  const isSigned = invalid === null;
  // Even if the handler accepted it then, a delivery that failed verification must be rejected.
  const status = isSigned || !isSuccess(answered) ? answered : null;
  return { deliveryId, event, headers, body, isSigned, status: status ?? (isSigned ? null : 401) };
}

/** Statuses that a reader would not expect a test to ask for. */
function tellOf(deliveries: readonly TestedDelivery[], { terminal }: Pick<Deps, 'terminal'>): void {
  const odd = deliveries.filter(({ isSigned, status }) => isSigned && status !== null && !isSuccess(status));
  if (odd.length === 0) return;
  const statuses = [...new Set(odd.map(({ status }) => status))].join(', ');
  const tests = odd.length === 1 ? '1 test expects' : `${odd.length} tests expect`;
  terminal.notice(
    `note: ${tests} ${statuses} for a valid delivery, because the handler answered so when it was recorded`,
  );
}

/** PHP and Java find a class by the name of its file. */
function classNameOf(out: string | undefined): string | undefined {
  return /^([A-Z]\w*)\.\w+$/.exec(basename(out ?? ''))?.[1];
}
