import { createHmac } from 'node:crypto';
import { type Got, type Handler, handler, type Reply } from '../webhook/handler.ts';

/** What an integration may do wrong; each mistake fails the scenario that is about it. */
export interface ScenarioMistakes {
  /** Acknowledges only so many deliveries. */
  readonly isBusyAfter?: number;
  readonly refusesRepeats?: boolean;
  readonly knowsOnlyFirstSecret?: boolean;
  readonly refreshesRevoked?: boolean;
  readonly givesUpOnOutage?: boolean;
  readonly asksWhenDeletionIsDemanded?: boolean;
  readonly repeatsRefusedRefresh?: boolean;
}

interface ScenarioIntegrationParts {
  readonly authBase: string;
  readonly client: { readonly id: string; readonly secret: string };
  readonly tokens: { access: string; refresh: string };
  /** The signing secrets it is configured with now. */
  secrets(): readonly string[];
}

/** A small integration: a handler of deliveries, and `POST /sync`, which reads all participants. */
export async function scenarioIntegration(mistakes: ScenarioMistakes = {}): Promise<{
  readonly app: Handler;
  readonly syncUrl: string;
  connect(parts: ScenarioIntegrationParts): void;
}> {
  let parts: ScenarioIntegrationParts | null = null;
  let [firstSecret]: readonly (string | undefined)[] = [];
  const seen = new Set<string>();
  let isRevoked = false;
  let acknowledged = 0;

  async function refresh({ authBase, client, tokens }: ScenarioIntegrationParts): Promise<boolean> {
    const body = new URLSearchParams({
      ...{ grant_type: 'refresh_token', refresh_token: tokens.refresh },
      ...{ client_id: client.id, client_secret: client.secret },
    });
    const tries = mistakes.repeatsRefusedRefresh ? 3 : 1;
    for (let left = tries; left > 0; left--) {
      const answer = await fetch(`${authBase}/oauth/token`, { method: 'POST', body });
      if (!answer.ok) continue;
      const given = (await answer.json()) as { access_token: string; refresh_token: string };
      tokens.access = given.access_token;
      tokens.refresh = given.refresh_token;
      return true;
    }
    isRevoked = true;
    return false;
  }

  async function sync(own: ScenarioIntegrationParts): Promise<void> {
    let cursor = '';
    while (!isRevoked) {
      const query = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const answer = await fetch(`${own.authBase}/api/v1/events/evt_test_published/participants?limit=20${query}`, {
        headers: { authorization: `Bearer ${own.tokens.access}` },
      });
      const page = (await answer.json()) as { error?: string; has_more?: boolean; next_cursor?: string };
      if (answer.status === 503) {
        if (mistakes.givesUpOnOutage) return;
      } else if (page.error === 'token_expired' || (page.error === 'token_revoked' && mistakes.refreshesRevoked)) {
        if (!(await refresh(own))) return;
      } else if (!answer.ok) {
        isRevoked ||= page.error === 'token_revoked';
        return;
      } else if (page.has_more) cursor = page.next_cursor ?? '';
      else return;
    }
  }

  async function receive({ headers, body }: Got, own: ScenarioIntegrationParts): Promise<Reply> {
    const secrets = own.secrets();
    firstSecret ??= secrets[0];
    const known = mistakes.knowsOnlyFirstSecret && firstSecret !== undefined ? [firstSecret] : secrets;
    const [timestamp = ''] = headers['x-revento-timestamp'] ?? [];
    const isSigned = known.some((secret) => {
      const mac = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
      return headers['x-revento-signature']?.[0] === `sha256=${mac}`;
    });
    if (!isSigned) return { status: 401 };
    const [id = ''] = headers['x-revento-delivery-id'] ?? [];
    if (seen.has(id)) return { status: mistakes.refusesRepeats ? 409 : 200 };
    seen.add(id);
    if (++acknowledged > (mistakes.isBusyAfter ?? Number.POSITIVE_INFINITY)) return { status: 503 };
    if (headers['x-revento-event']?.[0] === 'data.deletion_required' && mistakes.asksWhenDeletionIsDemanded) {
      await sync(own);
    }
    return { status: 200 };
  }

  const app = await handler(async (got) => {
    if (parts === null) return { status: 500 };
    if (got.target !== '/sync') return receive(got, parts);
    await sync(parts);
    return { status: 204 };
  });
  return {
    app,
    syncUrl: `http://127.0.0.1:${app.port}/sync`,
    connect: (given) => {
      parts = given;
    },
  };
}
