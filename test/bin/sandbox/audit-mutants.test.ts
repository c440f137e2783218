import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rules } from '../../../src/sandbox/audit/rules.ts';
import { freePort } from '../../support/http/free-port.ts';
import { root } from '../../support/program/build.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';

/** Each mistake, and the rules that it breaks: its own, and no other. */
const mutants: readonly (readonly [mutant: string, ...rules: readonly string[]])[] = [
  ['same-verifier', 'pkce-fresh'],
  ['dull-verifier', 'verifier-random'],
  ['same-state', 'state-fresh'],
  ['counted-state', 'state-random'],
  ['no-state', 'state-sent'],
  ['code-twice', 'code-once'],
  ['secret-in-url', 'secret-not-in-url'],
  ['parallel-refresh', 'refresh-single-flight'],
  ['pkce-in-refresh', 'refresh-clean'],
  ['refresh-loop', 'refresh-after-invalid-grant'],
  ['keeps-old-refresh-token', 'refresh-token-spent'],
  ['refreshes-revoked', 'refresh-after-revoked'],
  ['retries-revoked', 'revoked-stops'],
  ['forgets-revoked', 'revoked-stops'],
  ['ignores-deletion', 'deletion-silence'],
  ['refreshes-forever', 'expired-once'],
  ['never-refreshes', 'expired-refreshed'],
  ['no-accept', 'accept-pinned'],
  ['no-request-id', 'request-id'],
  ['same-request-id', 'request-id-fresh'],
  ['token-in-url', 'token-in-header'],
  ['wrong-kind', 'token-kind'],
  ['wrong-event', 'token-event'],
  ['writes', 'read-only'],
  ['twelve-at-once', 'in-flight'],
  ['waits-a-second', 'retry-after-waited'],
  ['hammers', 'backoff'],
  ['constant-wait', 'backoff'],
  ['retries-refusals', 'refusal-final'],
  ['retries-invalid-token', 'invalid-token-final'],
  ['limit-100', 'limit-most'],
  ['drops-limit', 'limit-kept'],
  ['cursor-by-another-name', 'pages-followed'],
  ['cursor-altered', 'cursor-opaque'],
  ['reads-past-the-end', 'list-end'],
  ['wrong-secret', 'delivery-accepted'],
  ['trusts-everybody', 'delivery-forged'],
  ['takes-stale', 'delivery-stale'],
  ['redirects', 'delivery-direct'],
  ['refuses-repeats', 'delivery-repeat'],
];

/** What this integration never gives a chance to be judged; what needs an act is judged by `certify`. */
const unseen = [
  ...['pace', 'polling', 'refresh-lost', 'delivery-rotation', 'delivery-forged-repeat', 'delivery-unknown-type'],
  'delivery-null-event',
  ...rules.filter(({ needs }) => needs.startsWith('an act of')).map(({ id }) => id),
];

/** Runs the integration with one mistake, or none; the rules by their outcome. */
async function outcomes(mutant: string) {
  const rig = new ProgramRig();
  try {
    return await audited(mutant, rig);
  } finally {
    await rig.close();
  }
}

async function audited(mutant: string, rig: ProgramRig) {
  const port = await freePort();
  const report = join(rig.home, 'audit.json');
  const { stderr } = await rig.run(
    [
      ...['sandbox', 'exec', '--auto-consent', '--audit-report', report],
      ...['--webhook-url', `http://127.0.0.1:${port}/webhooks/revento`],
      ...['--', process.execPath, join(root, 'test/support/audit/golden.mjs')],
    ],
    { env: { MUTANT: mutant, HANDLER_PORT: `${port}` } },
  );
  const { cases } = JSON.parse(readFileSync(report, 'utf8')) as { cases: readonly { id: string; outcome: string }[] };
  const of = (...wanted: readonly string[]) =>
    cases.filter(({ outcome }) => wanted.includes(outcome)).map((one) => one.id);
  return { broken: of('fail', 'warn'), unseen: of('skip'), stderr };
}

// Most of their time they wait, as the guide asks.
it.concurrent('an integration written by the guide holds every rule that it gives a chance to be judged', async () => {
  const found = await outcomes('');
  expect(found.broken, found.stderr).toEqual([]);
  expect(found.unseen.filter((rule) => !unseen.includes(rule))).toEqual([]);
});

it.concurrent.each(mutants)('the mistake %s breaks its own rule, and no other', async (mutant, ...rules) => {
  const found = await outcomes(mutant);
  expect(found.broken, found.stderr).toEqual(rules);
});
