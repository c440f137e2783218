import type { CommandModule } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { collect, wholeNumber } from '../../command-kit/option-values.ts';
import { exitStatus } from '../../errors/revento-error.ts';
import { fromRecording, weightOf } from '../../inspector/inspected.ts';
import { valueItem } from '../../output/item.ts';
import { decodeLoosely } from '../../text/input.ts';
import { counted } from '../../text/sentence.ts';
import { targetUrl } from '../../webhook/sending/target-url.ts';
import { checked } from './replay/choice.ts';
import { openPage } from './shared/inspector-page.ts';
import { readSigningSecrets } from './shared/secrets.ts';
import { insecureOption } from './shared/send.ts';

interface InspectOptions {
  readonly file: string;
  readonly to?: readonly string[];
  readonly insecure?: boolean;
  readonly uiPort?: string;
  readonly browser?: boolean;
}

/** `revento inspect`: shows a recording on the page that `webhook listen --ui` shows, until it is stopped. */
export const inspect: CommandModule<InspectOptions> = {
  declare: (command) =>
    command
      .argument('<file>', 'what `webhook listen --record` or `-o ndjson` wrote')
      .option('--to <url>', 'handler, or its port, that the page may replay to; repeatable', collect)
      .option(...insecureOption)
      .option('--ui-port <n>', 'port of the page (default: 4480, or the next free one)')
      .option('--no-browser', 'only print the address of the page'),
  examples: {
    'revento inspect deliveries.ndjson': 'look at a recording',
    'revento inspect deliveries.ndjson --to 3000': 'and replay from it to a local server',
  },
  layout: { shape: 'events' },

  async *run({ file, to = [], insecure = false, uiPort, browser }, deps) {
    const isRemoteAllowed = !insecure;
    const targets = to.map((one) => targetUrl(one, { source: '--to', isRemoteAllowed }).href);
    const port = uiPort === undefined ? null : wholeNumber('--ui-port', uiPort, 0, 65_535);
    const { lines, deliveries } = await read(file, deps);
    const secrets = (await readSigningSecrets(deps)) ?? [];
    const page = await openPage(
      {
        source: { kind: 'recording', name: file },
        targets,
        secrets: () => secrets,
        forwarder: { isRemoteAllowed, isCertificateIgnored: insecure, isEachAlone: true },
        port,
        isBrowserOpened: browser !== false,
      },
      deps,
    );
    try {
      for (const recorded of deliveries) {
        const inspected = fromRecording(recorded, lines[recorded.lineNumber - 1]?.trim() ?? '');
        // A file ends: what did not verify cannot push the rest out by coming again and again.
        page.hub.add(inspected, weightOf(inspected), 'verified');
      }
      const count = deliveries.length;
      yield valueItem(
        { type: 'ready', file, deliveries: count },
        (style) => `${style.green('Ready.')} ${counted(count, 'delivery', 'deliveries')}; stop with Ctrl-C`,
      );
      await stopped(deps.signal);
      return exitStatus.interrupted;
    } finally {
      await page.close();
    }
  },
};

/** The deliveries of a recording, and its lines: the page shows each as it was written. */
async function read(file: string, { terminal, signal }: Pick<Deps, 'terminal' | 'signal'>) {
  const { readFileOfRecording, recordingOf } = await import('../../webhook/recording.ts');
  const bytes = await readFileOfRecording(file, signal);
  const { deliveries, warnings } = checked(await recordingOf(bytes, signal), file);
  for (const warning of warnings) terminal.notice(`warning: ${file}: ${warning}`);
  return { deliveries, lines: decodeLoosely(bytes).split('\n') };
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
