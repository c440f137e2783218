import { describe, expect, it } from 'vitest';
import { webhookCheck } from '../../../../src/commands/webhook/check/check.ts';
import { run } from '../../../support/command-deps.ts';
import { newSecret } from '../../../support/delivery.ts';
import { freePort } from '../../../support/free-port.ts';
import { handler } from '../../../support/handler.ts';
import { handlerWith } from '../../../support/handler-mistakes.ts';
import { sendRig } from '../../../support/send-rig.ts';

const { secret, world } = sendRig();

describe('check', () => {
  const options = { patience: '10s', only: 'valid-compact,stale' };

  it('scores a right handler and ends with 0', async () => {
    const { url } = await handlerWith({ secret, mistake: 'none' });
    const { status, text } = await run(webhookCheck, { ...options, url }, world());
    expect(status).toBeUndefined();
    expect(text).toContain('✓ refuses a timestamp ten minutes old (stale)');
    expect(text).toMatch(/2 of 2 cases hold$/);
  });

  it('explains a failed case and ends with 3', async () => {
    const { url } = await handlerWith({ secret, mistake: 'no-tolerance' });
    const { status, text } = await run(webhookCheck, { ...options, url }, world());
    expect(status).toBe(3);
    expect(text).toMatch(
      /✗ refuses a timestamp .*\n {4}sent .*\n {4}wanted {2}401\n {4}got {5}HTTP 200\n {4}why .*\n {4}fix /,
    );
    expect(text).toMatch(/1 of 2 cases hold, 1 failed$/);
  });

  it('names the one cause where not even a plain delivery is taken, and spares the remedies of the rest', async () => {
    const { url } = await handlerWith({ secret: newSecret(), mistake: 'none' });
    const rig = world();
    const only = 'valid-compact,valid-pretty,duplicate';
    const { status, text } = await run(webhookCheck, { ...options, only, url }, rig);
    expect(status).toBe(3);
    expect(text.match(/ {4}fix /g)).toHaveLength(1);
    expect(text).toMatch(/^✗ .*\(duplicate\) HTTP 401, then HTTP 401$/m);
    expect(rig.notices.join()).toMatch(/hint: a plain right delivery .* with this secret, fp:/);
  });

  it.each([
    [301, 'redirects are not followed'],
    [404, 'does your server serve POST'],
    [405, 'not for POST'],
    [501, 'takes no POST'],
    [503, 'the handler failed'],
  ])('sends no more to what is no handler: %i', async (status, hint) => {
    const target = await handler(() => ({ status, body: 'Unsupported method' }));
    const rig = world();
    const { status: exit, text } = await run(webhookCheck, { patience: '10s', url: target.url }, rig);
    expect({ exit, posts: target.got.filter(({ method }) => method === 'POST').length }).toEqual({ exit: 3, posts: 1 });
    expect(text).toMatch(/0 of 1 cases hold, 1 failed$/);
    expect(rig.notices.join()).toMatch(/^hint: a plain right delivery .* the other \d\d cases were not sent: /);
    expect(rig.notices.join()).toContain(hint);
    // The remedy of the case is about a secret, which nobody has looked at.
    expect(text).not.toMatch(/fix .*secret/);
  });

  it('tells once what a handler says that refuses everything', async () => {
    const target = await handler(() => ({ status: 500, body: 'TypeError: boom' }));
    const { text } = await run(webhookCheck, { patience: '10s', url: target.url }, world());
    expect(text.match(/boom/g)).toHaveLength(1);
    expect(text).toMatch(/^✗ .*\(duplicate\) HTTP 500, then HTTP 500$/m);
  });

  it('does not wait for a handler that never answers thirty times over', async () => {
    const target = await handler(() => new Promise(() => undefined));
    const rig = world();
    const { status, text } = await run(webhookCheck, { patience: '50ms', url: target.url }, rig);
    expect({ status, posts: target.got.filter(({ method }) => method === 'POST').length }).toEqual({
      status: 3,
      posts: 1,
    });
    expect(text).toMatch(/0 of 1 cases hold, 1 failed$/);
    expect(rig.notices.join()).toMatch(/the other \d\d cases were not sent/);
  });

  it('shows what the handler says when it refuses', async () => {
    const { url } = await handler(() => ({ status: 500, body: '<html><pre>TypeError: boom</pre></html>' }));
    const { text } = await run(webhookCheck, { ...options, only: 'valid-pretty', url }, world());
    expect(text).toContain('got     HTTP 500 (TypeError: boom)');
  });

  it('tries the previous secret as well where there is one', async () => {
    const { url } = await handlerWith({ secret, mistake: 'none' });
    const only = 'valid-compact,previous-secret';
    const secrets = { webhook_secret: secret, webhook_secret_previous: newSecret() };
    const { status, text } = await run(webhookCheck, { ...options, only, url }, world(secrets));
    expect(status).toBe(3);
    expect(text).toMatch(/✓ .*\(valid-compact\)\n✗ .*\(previous-secret\)\n/);
  });

  it('leaves the case of the previous secret out where there is none, and says so to who asks for it', async () => {
    const { url } = await handlerWith({ secret, mistake: 'none' });
    const all = await run(webhookCheck, { patience: '10s', url }, world());
    expect(all.text).not.toContain('previous-secret');
    const asked = await run(webhookCheck, { ...options, only: 'previous-secret', url }, world());
    expect(asked.failure).toMatchObject({ code: 'setting_missing' });
  });

  it('gives the whole report as one document with -o json', async () => {
    const { url } = await handlerWith({ secret, mistake: 'none' });
    const rig = world();
    const { data } = await run(
      webhookCheck,
      { ...options, url },
      Object.assign(rig, { deps: { ...rig.deps, format: 'json' } }),
    );
    expect(data).toMatchObject([
      { url, passed: 2, warned: 0, failed: 0, cases: [{ id: 'valid-compact' }, { id: 'stale' }] },
    ]);
  });

  it('lists the cases without a handler or a secret', async () => {
    const { text } = await run(webhookCheck, { patience: '10s', list: true }, world({}));
    expect(text.split('\n').length).toBeGreaterThanOrEqual(20);
  });

  it('says in one sentence that nothing is there', async () => {
    const url = String(await freePort());
    expect((await run(webhookCheck, { ...options, url }, world())).failure).toMatchObject({
      code: 'failed',
      facts: { hint: expect.stringContaining('start your handler') },
    });
  });

  it.each([[{ url: '3000', only: 'stail' }], [{}], [{ url: '3000', patience: '0s' }]])('refuses %j', async (given) => {
    expect((await run(webhookCheck, { patience: '10s', ...given }, world())).failure).toMatchObject({ code: 'usage' });
  });
});
