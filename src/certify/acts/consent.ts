import { randomBytes } from 'node:crypto';
import type { Act } from '../act.ts';
import type { Stage } from '../stage.ts';

/** Few, so that no part of a state stays whole that a client may compare alone. */
const likeChars = 8;

const before = { needs: ['connect'], hasLogin: false } as const;

/** Acts of the OAuth redirect and the consent page. */
export const consentActs: readonly Act[] = [
  {
    id: 'consent-again',
    title: 'the organizer connects a second time',
    brings: ['pkce-fresh', 'state-fresh', 'state-random'],
    ...before,
    play: async (stage) => ({ landed: await stage.connect() }),
  },
  {
    id: 'forged-state',
    title: 'a redirect with a forged state',
    brings: ['state-checked', 'state-bound'],
    ...before,
    play: (stage) => forged(stage, { code: random(), state: random() }),
  },
  {
    id: 'missing-state',
    title: 'a redirect without a state',
    brings: ['state-checked', 'state-bound'],
    ...before,
    play: (stage) => forged(stage, { code: random() }),
  },
  {
    id: 'similar-state',
    title: 'a redirect with a state that begins like the one issued',
    brings: ['state-checked'],
    ...before,
    play: async (stage) => {
      const browser = stage.stranger();
      const away = await browser.leave(stage.connectUrl());
      const start = (away?.searchParams.get('state') ?? '').slice(0, likeChars);
      return { landed: await browser.call(callback(stage, { code: random(), state: `${start}${random()}` })) };
    },
  },
  {
    id: 'foreign-state',
    title: 'a redirect with the state of another browser',
    brings: ['state-bound'],
    ...before,
    play: async (stage) => {
      const away = await stage.stranger().leave(stage.connectUrl());
      const state = away?.searchParams.get('state') ?? '';
      const victim = stage.stranger();
      return { landed: await victim.call(callback(stage, { code: random(), state })), had_state: state !== '' };
    },
  },
  {
    id: 'replayed-callback',
    title: 'the redirect page is reloaded',
    brings: ['code-once'],
    ...before,
    play: async (stage) => {
      const browser = stage.stranger();
      const { callback: back, status } = await stage.consent(browser);
      return { landed: status, again: back === null ? null : await browser.call(back) };
    },
  },
  {
    id: 'access-denied',
    title: 'the organizer declines',
    brings: ['denied-handled'],
    ...before,
    play: async (stage) => {
      const { status } = await stage.stranger().open(stage.connectUrl(), { isDenied: true });
      return { landed: status };
    },
  },
  {
    id: 'authorize-error',
    title: 'the consent page redirects with server_error',
    brings: ['denied-handled'],
    ...before,
    play: (stage) => openUnder(stage, 'authorize:server_errorx1'),
  },
  {
    id: 'empty-callback',
    title: 'a redirect without any parameter',
    brings: ['denied-handled'],
    ...before,
    play: async (stage) => ({ landed: await stage.stranger().call(callback(stage, {})) }),
  },
  {
    id: 'code-refused',
    title: 'the token endpoint refuses the code',
    brings: ['code-refused-final'],
    ...before,
    play: (stage) => openUnder(stage, 'code:invalid_grant'),
  },
  {
    id: 'code-minimal',
    title: 'the token response has only the required fields',
    brings: ['token-answer-minimal'],
    ...before,
    needs: ['connect', 'sync'],
    play: (stage) => connectUnder(stage, 'code:minimalx1'),
  },
  {
    id: 'code-unknown-fields',
    title: 'the token response has unknown fields',
    brings: ['token-answer-tolerated'],
    ...before,
    needs: ['connect', 'sync'],
    play: (stage) => connectUnder(stage, 'code:extrax1'),
  },
  {
    id: 'fewer-scopes',
    title: 'the organizer unticks every optional scope',
    brings: ['fewer-scopes'],
    ...before,
    needs: ['connect', 'sync'],
    play: async (stage) => {
      const { status } = await stage.consent(stage.person, { onlyScopes: [] });
      const sync = await stage.sync();
      stage.forgetLogin();
      return { landed: status, sync };
    },
  },
];

/** A consent is begun, and a redirect follows that does not come from it. */
async function forged(stage: Stage, query: Readonly<Record<string, string>>) {
  const browser = stage.stranger();
  await browser.leave(stage.connectUrl());
  return { landed: await browser.call(callback(stage, query)) };
}

async function openUnder(stage: Stage, fault: string) {
  await stage.faults(fault);
  const { status } = await stage.stranger().open(stage.connectUrl());
  return { landed: status };
}

async function connectUnder(stage: Stage, fault: string) {
  await stage.faults(fault);
  const landed = await stage.connect();
  await stage.faults();
  return { landed, sync: await stage.sync() };
}

function callback({ redirectUri }: Stage, query: Readonly<Record<string, string>>): URL {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

function random(): string {
  return randomBytes(32).toString('base64url');
}
