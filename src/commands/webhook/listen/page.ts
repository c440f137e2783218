import { fromListener, weightOf } from '../../../inspector/inspected.ts';
import type { ListenEvent } from '../../../webhook/listener/listen-event.ts';
import type { Listener } from '../../../webhook/listener/listener.ts';
import { openPage, type PageDeps } from '../shared/inspector-page.ts';
import type { LiveSecrets } from './live-secrets.ts';
import type { ListenPlan } from './plan.ts';

/** The page of a running listener. */
export interface ListenPage {
  /** Shows an event, if it is a delivery. Never waits for a browser. */
  show(event: ListenEvent): void;
  close(): Promise<void>;
}

/**
 * Opens the page of a listener; closes that when it cannot.
 *
 * @throws ReventoError `port_busy`, `bind_failed`
 */
export async function pageOf(
  listener: Pick<Listener, 'url' | 'close'>,
  plan: Pick<ListenPlan, 'listen' | 'page' | 'isRemoteAllowed' | 'isCertificateIgnored'>,
  secrets: Pick<LiveSecrets, 'all'>,
  deps: PageDeps,
): Promise<ListenPage> {
  const { isRemoteAllowed, isCertificateIgnored } = plan;
  try {
    const { hub, close } = await openPage(
      {
        source: { kind: 'listener', name: listener.url },
        targets: [...new Set(plan.listen.routes.map(({ url }) => url))],
        secrets: () => secrets.all,
        forwarder: { isRemoteAllowed, isCertificateIgnored },
        port: plan.page?.port ?? null,
        isBrowserOpened: plan.page?.isBrowserOpened ?? false,
      },
      deps,
    );
    const show = (event: ListenEvent) => {
      if (event.kind !== 'answered') return;
      const [inspected, lane] = fromListener(event);
      hub.add(inspected, weightOf(inspected), lane);
    };
    return { show, close };
  } catch (error) {
    await listener.close();
    throw error;
  }
}
