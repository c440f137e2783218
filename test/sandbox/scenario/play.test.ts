import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ReventoError } from '../../../src/errors/revento-error.ts';
import { createHttpClient } from '../../../src/platform/http/client.ts';
import { createServe } from '../../../src/platform/http/server.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { Refusal } from '../../../src/sandbox/control/refusal.ts';
import { registerClients } from '../../../src/sandbox/oauth/clients.ts';
import { type BuiltInScenario, builtInScenarios } from '../../../src/sandbox/scenario/built-in.ts';
import { createStageHand, type HandParts } from '../../../src/sandbox/scenario/hand.ts';
import { library } from '../../../src/sandbox/scenario/library.ts';
import { type Played, play } from '../../../src/sandbox/scenario/play.ts';
import { scenario, stepFindings } from '../../../src/sandbox/scenario/scenario.ts';
import { checkStructured } from '../../../src/sandbox/seed/structured.ts';
import { createSandbox } from '../../../src/sandbox/server/app.ts';
import { host } from '../../../src/sandbox/server/host.ts';
import { type ScenarioMistakes, scenarioIntegration } from '../../support/sandbox/scenario-integration.ts';
import { closeHandlers } from '../../support/webhook/handler.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
  await closeHandlers();
});

const read = (text: string) =>
  checkStructured(text, 'a scenario', scenario, { what: 'a scenario', schema: 'it', findings: stepFindings });

/** Plays a scenario to an integration at a sandbox of its own, over sockets. */
async function playTo(text: string, mistakes: ScenarioMistakes = {}): Promise<readonly Played[]> {
  const http = await createHttpClient();
  const integration = await scenarioIntegration(mistakes);
  const [client, ...others] = registerClients();
  const sandbox = createSandbox({
    clock: systemClock,
    clients: [client, ...others],
    controlKey: randomBytes(24).toString('hex'),
    hasRateLimits: false,
    webhook: { url: integration.app.url, secret: randomBytes(24).toString('hex'), send: http.exchange },
  });
  const hosted = await host(
    sandbox,
    createServe((error) => expect.fail(String(error))),
    '127.0.0.1',
    0,
  );
  open.push(hosted.close, http.close);
  const { control, deliveries } = sandbox;
  if (control === null || deliveries === null) throw new Error('the sandbox should have both');
  const ask: HandParts['ask'] = (name, params) => control.do(name, params);
  const { access_token: access, refresh_token: refresh } = await ask('login', {});
  integration.connect({
    authBase: hosted.authBase,
    client: { id: client.id, secret: client.secret ?? '' },
    tokens: { access, refresh },
    secrets: () => [deliveries.signing.current, deliveries.signing.previous].filter((one) => one !== null),
  });
  const hand = await createStageHand({
    ask,
    http: http.exchange,
    authBase: hosted.authBase,
    clock: systemClock,
    signal: new AbortController().signal,
    syncUrl: integration.syncUrl,
    notice: (notice) => expect.fail(notice),
  });
  const played: Played[] = [];
  const isRefusal = (error: unknown): error is Error => error instanceof Refusal || error instanceof ReventoError;
  for await (const one of play(await read(text), hand, isRefusal)) played.push(one);
  return played;
}

/** For each scenario the mistake it is about, and the step that must fail by it, with what is seen there. */
const wrong: Readonly<Record<BuiltInScenario, readonly [mistakes: ScenarioMistakes, title: RegExp, got: RegExp]>> = {
  'registration-evening': [{ isBusyAfter: 150 }, /acknowledged at the first attempt/, /150 delivered.*HTTP 503/],
  'change-of-mind': [{ refusesRepeats: true }, /repeat was acknowledged/, /1 pending.*HTTP 409/],
  'revoked-mid-sync': [{ refreshesRevoked: true }, /did not refresh/, /POST \/oauth\/token answered 400/],
  'secret-rotation': [{ knowsOnlyFirstSecret: true }, /whichever secret/, /10 delivered.*HTTP 401/],
  'outage-and-recovery': [{ givesUpOnOutage: true }, /got 503 twice/, /answered 503, not within/],
  'deletion-demanded': [{ asksWhenDeletionIsDemanded: true }, /asked the API for nothing/, /answered 401/],
  'last-year': [{ repeatsRefusedRefresh: true }, /did not ask again/, /3: POST \/oauth\/token answered 400/],
};

describe('a built-in scenario', () => {
  it.each(builtInScenarios)('%s passes with an integration that is right', async (name) => {
    const played = await playTo(library[name]);
    expect(played.filter(({ outcome }) => outcome !== 'pass')).toEqual([]);
  });

  it.each(builtInScenarios)('%s fails with one that makes its mistake, for that reason', async (name) => {
    const [mistakes, title, got] = wrong[name];
    const quick = library[name].replace(
      'status: 503, since: sync, at_least: 2 }',
      'status: 503, since: sync, at_least: 2 }\n      within: 1s',
    );
    const failed = (await playTo(quick, mistakes)).find(({ outcome }) => outcome === 'fail');
    expect(failed).toMatchObject({ title: expect.stringMatching(title), got: expect.stringMatching(got) });
  });

  it.each(builtInScenarios)('%s is a file in the library, with a lesson', async (name) => {
    const file = join(import.meta.dirname, '../../../src/sandbox/scenario/library', `${name}.yaml`);
    expect(readFileSync(file, 'utf8')).toBe(library[name]);
    expect((await read(library[name])).shows.length).toBeGreaterThan(80);
  });
});

describe('a scenario', () => {
  it('skips the rest once a step cannot be done, and says why', async () => {
    const played = await playTo('title: t\nshows: s\nsteps:\n  - do: approve\n    id: ptp_nobody\n  - do: apply\n');
    expect(played.map(({ outcome, got }) => [outcome, got])).toEqual([
      ['fail', 'the sandbox has no participant ptp_nobody'],
      ['skip', 'an earlier step could not be done'],
    ]);
  });

  it('judges every expectation to the end', async () => {
    const steps = '  - expect: { deliveries: { count: 1 } }\n  - expect: { deliveries: { count: 0 } }\n';
    const played = await playTo(`title: t\nshows: s\nsteps:\n${steps}`);
    expect(played.map(({ outcome }) => outcome)).toEqual(['fail', 'pass']);
  });

  const neighbor = 'event: evt_test_neighbor';

  it('looks at another event that the integration is connected to', async () => {
    const played = await playTo(`title: t
shows: s
steps:
  - { do: connect, ${neighbor} }
  - { do: apply, ${neighbor}, set: { first_name: Ada } }
  - expect: { api: { path: participants, ${neighbor}, where: { first_name: Ada }, count: 1 } }
  - expect: { api: { path: participants, where: { first_name: Ada }, count: 0 } }
`);
    expect(played.map(({ outcome }) => outcome)).toEqual(['pass', 'pass', 'pass', 'pass']);
  });

  it('does not read an event without a consent', async () => {
    const played = await playTo(
      `title: t\nshows: s\nsteps:\n  - expect: { api: { path: participants, ${neighbor} } }\n`,
    );
    expect(played[0]).toMatchObject({
      outcome: 'fail',
      got: 'Nobody has connected the integration to evt_test_neighbor.',
    });
  });

  it('leaves the consent as it is when it looks at the API', async () => {
    const played = await playTo(`title: t
shows: s
steps:
  - { do: connect, ${neighbor}, set: { scope: [event.read, participants.read] } }
  - expect: { api: { path: participants, ${neighbor}, at_least: 1 } }
  - { do: revoke, ${neighbor} }
  - { do: revoke, ${neighbor} }
`);
    expect(played.map(({ outcome }) => outcome)).toEqual(['pass', 'pass', 'pass', 'fail']);
  });

  it('distinguishes deliveries that overtook each other from those in order', async () => {
    const steps = `  - fault: ['webhook:dropx1']
  - { do: apply, as: one }
  - wait: { deliveries: attempted }
  - { do: edit-profile, to: one }
  - wait: { deliveries: attempted }
  - clock: advance 1m
  - expect: { deliveries: { to: one, state: delivered, in_order: true } }
`;
    const played = await playTo(`title: t\nshows: s\nsteps:\n${steps}`);
    expect(played.at(-1)).toMatchObject({ outcome: 'fail', got: expect.stringContaining('1 not as expected') });
  });
});
