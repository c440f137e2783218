import type { Deps } from '../../../command-kit/deps.ts';
import type { Inspected } from '../../../inspector/inspected.ts';
import type { SessionView } from '../../../inspector/model/wire.ts';
import { inspectorBounds, startInspector } from '../../../inspector/server.ts';
import type { ForwarderOptions } from '../../../ports/exchange.ts';
import { Hub } from '../../../webhook/listener/hub.ts';
import { apiSubject, type SubjectDeps } from './api-subject.ts';
import { handlerHint } from './handler-hint.ts';
import { sandboxConsole } from './sandbox-console.ts';
import { type RecordDeps, sandboxRecords } from './sandbox-record.ts';
import { otherSecrets, type SigningSecret } from './secrets.ts';

/** What the page of a run needs of the outside. */
export type PageDeps = RecordDeps &
  SubjectDeps &
  Pick<
    Deps,
    'profile' | 'secrets' | 'storedProfiles' | 'terminal' | 'clock' | 'serve' | 'forwarder' | 'openBrowser' | 'childEnv'
  >;

interface PageOptions {
  readonly source: SessionView['source'];
  /** URLs of the handlers that deliveries can be sent to from the page. */
  readonly targets: readonly string[];
  readonly secrets: () => readonly SigningSecret[];
  readonly forwarder: ForwarderOptions;
  /** Null for the default port, or the next free one. */
  readonly port: number | null;
  readonly isBrowserOpened: boolean;
}

/** A page that is open, and where to put what it shows. */
interface OpenPage {
  readonly hub: Hub<Inspected>;
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Serves the page, says where, and opens a browser if there is a user at the terminal.
 *
 * @throws ReventoError `port_busy`, `bind_failed`
 */
export async function openPage(options: PageOptions, deps: PageDeps): Promise<OpenPage> {
  const { source, targets, secrets, port, isBrowserOpened } = options;
  const hub = new Hub<Inspected>(inspectorBounds);
  const forwarder = await deps.forwarder(options.forwarder);
  let others: Promise<ReadonlyMap<string, string>> | null = null;
  try {
    const inspector = await startInspector({
      hub,
      source,
      targets,
      port,
      serve: await deps.serve(),
      clock: deps.clock,
      exchange: forwarder.exchange,
      version: typeof REVENTO_VERSION === 'string' ? REVENTO_VERSION : 'unbuilt',
      secrets: () => secrets().map(({ name, secret }) => ({ name, value: secret.reveal() })),
      otherSecrets: () => (others ??= otherSecrets(deps)),
      hintFor: handlerHint,
      senderRecord: sandboxRecords(deps),
      subject: apiSubject(deps),
      sandboxConsole: sandboxConsole(deps),
      assets: async () => (await import('../../../inspector/assets.ts')).assets,
    });
    deps.terminal.notice(`page: ${inspector.address}`);
    if (isBrowserOpened && deps.terminal.isInteractive) void openBrowser(inspector.ticketAddress(), deps);
    const close = async () => {
      await inspector.close();
      await forwarder.close();
    };
    return { hub, address: inspector.address, close };
  } catch (error) {
    await forwarder.close();
    throw error;
  }
}

async function openBrowser(url: string, { openBrowser: load, terminal }: PageDeps): Promise<void> {
  const problem = await (await load())(url);
  if (problem !== null) terminal.notice(`Couldn't open a browser (${problem}). Open the address above.`);
}
