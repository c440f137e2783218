import { describe, expect, it } from 'vitest';
import { webhookCheck } from '../../../../src/commands/webhook/check/check.ts';
import { run } from '../../../support/commands/deps.ts';
import { freePort } from '../../../support/http/free-port.ts';
import { newSecret } from '../../../support/webhook/delivery.ts';
import { handler } from '../../../support/webhook/handler.ts';
import { handlerWith } from '../../../support/webhook/handler-mistakes.ts';
import { sendRig } from '../../../support/webhook/send-rig.ts';

const { secret, world } = sendRig();

describe('check', () => {
  const options = { patience: '10s', only: 'valid-compact,stale' };

  it('scores a correct handler and ends with 0', async () => {
    const { url } = await handlerWith({ secret, mistake: 'none' });
    const { status, text } = await run(webhookCheck, { ...options, url }, world());
    expect(status).toBeUndefined();
    expect(text).toContain('✓ pass refuses a timestamp 330 seconds old (stale)');
    expect(text).toMatch(/2 of 2 cases passed$/);
  });

  it('explains a failed case and ends with 3', async () => {
    const { url } = await handlerWith({ secret, mistake: 'no-tolerance' });
    const { status, text } = await run(webhookCheck, { ...options, url }, world());
    expect(status).toBe(3);
    expect(text).toMatch(
      /✗ fail refuses a timestamp .*\n {4}sent .*\n {4}wanted {2}401\n {4}got {5}HTTP 200\n {4}why .*\n {4}fix /,
    );
    expect(text).toMatch(/1 of 2 cases passed, 1 failed$/);
  });

  it('stops where a plain delivery is refused, and names the secret that signed it', async () => {
    const { url } = await handlerWith({ secret: newSecret(), mistake: 'none' });
    const only = 'valid-compact,valid-pretty,duplicate';
    const { status, text } = await run(webhookCheck, { ...options, only, url }, world());
    expect(status).toBe(3);
    expect(text).not.toMatch(/ {4}fix /);
    expect(text).toMatch(
      /0 of 1 cases passed, 1 failed\nhint: does the handler verify with this secret, REVENTO_WEBHOOK_SECRET \(.*\nnote: the other 2 cases were not sent, because a plain/,
    );
  });

  it.each([
    [404, 'hint: does your server serve POST', 1],
    [405, 'accept POST', 1],
    [501, 'does not accept POST', 1],
    // Asked again, and then with another delivery, to find out whether this one made the handler crash.
    [503, 'it failed', 3],
  ])('sends no other case to what is not a handler: %i', async (status, hint, posts) => {
    const target = await handler(() => ({ status, body: 'Unsupported method' }));
    const { status: exit, text } = await run(webhookCheck, { patience: '10s', url: target.url }, world());
    const got = target.got.filter(({ method }) => method === 'POST').length;
    expect({ exit, got }).toEqual({ exit: 3, got: posts });
    expect(text).toMatch(/0 of 1 cases passed, 1 failed\n/);
    expect(text).toMatch(/note: the other \d\d cases were not sent/);
    expect(text).toContain(hint);
    // The remedy of the case is about a secret, which nobody has looked at.
    expect(text).not.toMatch(/fix .*secret/);
  });

  it.each([301, 308])('names the whole URL that a redirect points to: %i', async (status) => {
    const target = await handler(({ target: path }) => ({ status, headers: { Location: `${path}/` } }));
    const { text } = await run(webhookCheck, { patience: '10s', url: target.url }, world());
    expect(text).toContain(`redirects to ${target.url}/; run: revento webhook check ${target.url}/\n`);
  });

  it("shows Django's sentence about a missing slash whole, with the URL that has one", async () => {
    const sentence =
      "You called this URL via POST, but the URL doesn't end in a slash and you have APPEND_SLASH set. Django can't redirect to the slash URL while maintaining POST data. Change your form to point to 127.0.0.1:8000/hook/ (note the trailing slash), or set APPEND_SLASH=False in your Django settings.";
    const target = await handler(() => ({ status: 500, body: `<html><title>RuntimeError</title>${sentence}</html>` }));
    const { text } = await run(webhookCheck, { patience: '10s', url: target.url }, world());
    expect(text).toContain(sentence);
    expect(text).toContain(`Django requires a trailing slash; run: revento webhook check ${target.url}/\n`);
  });

  it('shows once what a handler says that crashes on everything', async () => {
    const target = await handler(() => ({ status: 500, body: 'TypeError: boom' }));
    const { text } = await run(webhookCheck, { patience: '10s', url: target.url }, world());
    expect(text.match(/boom/g)).toHaveLength(1);
  });

  it('waits once for a handler that never answers', async () => {
    const target = await handler(() => new Promise(() => undefined));
    const { status, text } = await run(webhookCheck, { patience: '50ms', url: target.url }, world());
    expect({ status, posts: target.got.filter(({ method }) => method === 'POST').length }).toEqual({
      status: 3,
      posts: 1,
    });
    expect(text).toMatch(/0 of 1 cases passed, 1 failed\n/);
  });

  it('ends with 5 when nothing failed but something in front kept cases from being judged', async () => {
    let count = 0;
    const target = await handler(() => (++count > 2 ? { status: 429 } : {}));
    const only = 'valid-compact,stale,future';
    const { status, text } = await run(webhookCheck, { ...options, only, url: target.url }, world());
    expect(status).toBe(5);
    expect(text).toMatch(/1 of 3 cases passed, 2 not judged\nnote: 2 of 3 cases were not judged: a rate limiter/);
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
    expect(text).toMatch(/✓ pass .*\(valid-compact\)\n✗ fail .*\(previous-secret\)\n/);
  });

  it('leaves out the case of the previous secret if there is none, and says so when it is requested', async () => {
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
