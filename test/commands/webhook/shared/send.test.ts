import { describe, expect, it } from 'vitest';
import { webhookCheck } from '../../../../src/commands/webhook/check/check.ts';
import { webhookTrigger } from '../../../../src/commands/webhook/trigger.ts';
import { run } from '../../../support/commands/deps.ts';
import { brokenServers, oddAnswers, saying, serving } from '../../../support/http/broken-servers.ts';
import { sendRig } from '../../../support/webhook/send-rig.ts';

const { world } = sendRig();

const trigger = (to: string, options: { readonly insecure?: boolean } = {}) =>
  run(webhookTrigger, { type: 'application.approved', to, ...options }, world());

describe('trigger', () => {
  it.each(brokenServers.map((server) => [server.name, server] as const))('names %s', async (_name, server) => {
    await serving(server.make, async (port) => {
      const { failure, data } = await trigger(`${server.scheme}://localhost:${port}/hook`);
      expect(failure).toMatchObject({ code: 'failed' });
      expect(failure?.message).toContain(server.words.replace('PORT', `${port}`));
      expect(data).toMatchObject([{ status: null, error: server.kind }]);
    });
  });

  it.each(oddAnswers)('takes %s by its status', async (_name, answer, status) => {
    await serving(saying(answer), async (port) => {
      const { failure, data } = await trigger(`http://localhost:${port}/hook`);
      expect(data).toMatchObject([{ status, error: null }]);
      expect(failure === null).toBe(status < 300);
    });
  });

  const named = (name: string) => brokenServers.filter((server) => server.name === name);
  it.each([
    ...named('an https server, spoken to in plain http'),
    ...named('TLS'),
    // What nginx, Go, Apache and Tomcat say.
    ...[
      '<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>',
      'Client sent an HTTP request to an HTTPS server.\n',
      "<html><body>Reason: You're speaking plain HTTP to an SSL-enabled server port.<br /></body></html>",
      'Bad Request\r\nThis combination of host and port requires TLS.\r\n',
    ].map((page) => ({ name: page.slice(0, 60), make: saying(`HTTP/1.1 400 Bad Request\r\n\r\n${page}`) })),
  ])('asks whether the port speaks https: $name', async ({ make }) => {
    await serving(make, async (port) => {
      const { failure } = await trigger(`http://localhost:${port}/hook`);
      expect(failure?.facts.hint).toMatch(/speaks? https/);
      expect(failure?.facts.hint).toContain(`https://localhost:${port}/hook, with --insecure`);
    });
  });

  it('does not take 304 for a redirect', async () => {
    await serving(saying('HTTP/1.1 304 Not Modified\r\n\r\n'), async (port) => {
      const { failure } = await trigger(`http://localhost:${port}/hook`);
      expect(failure?.facts.hint).toBe('answer 2xx: 304 is for GET, and does not acknowledge a delivery');
    });
  });

  it.each([
    ['an HTTP/2 server', 'deliveries are HTTP/1.1'],
    ['SSH', 'It speaks SSH, not HTTP'],
    ['a plain server, spoken to in https', 'does localhost:PORT speak plain http? Try http://localhost:PORT/hook'],
    ['a certificate that nobody vouches for', 'add --insecure'],
  ])('has a remedy for %s', async (name, hint) => {
    const [server] = named(name);
    if (server === undefined) throw new Error(`there is no row ${name}`);
    await serving(server.make, async (port) => {
      const { failure } = await trigger(`${server.scheme}://localhost:${port}/hook`);
      expect(failure?.facts.hint).toContain(hint.replaceAll('PORT', `${port}`));
    });
  });

  it('with --insecure takes a self-signed certificate of this machine', async () => {
    const [server] = named('a certificate that nobody vouches for');
    await serving(server?.make ?? saying(''), async (port) => {
      const { failure, data } = await trigger(`https://localhost:${port}/hook`, { insecure: true });
      expect({ failure, status: (data as { status: number }[])[0]?.status }).toEqual({ failure: null, status: 200 });
    });
  });

  it('with --insecure sends nothing to another machine', async () => {
    const { failure } = await trigger('https://192.0.2.1/hook', { insecure: true });
    expect(failure).toMatchObject({ code: 'usage', message: '--to 192.0.2.1 is not on this machine.' });
  });
});

describe('check', () => {
  const check = (url: string) => run(webhookCheck, { url, only: 'valid-compact', patience: '2s' }, world());

  it.each(brokenServers.map((server) => [server.name, server] as const))('names %s', async (_name, server) => {
    await serving(server.make, async (port) => {
      const { failure, text } = await check(`${server.scheme}://localhost:${port}/hook`);
      const words = server.words.replace('PORT', `${port}`);
      expect(failure === null ? text : failure.message).toContain(words);
    });
  });

  it.each(oddAnswers.filter(([, , status]) => status < 300))(
    'takes %s for an acknowledgment',
    async (_name, answer) => {
      await serving(saying(answer), async (port) => {
        const { failure, status } = await check(`http://localhost:${port}/hook`);
        expect({ failure, status }).toEqual({ failure: null, status: undefined });
      });
    },
  );
});
