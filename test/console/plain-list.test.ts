import { expect, it } from 'vitest';
import type { ControlPort } from '../../src/console/control-port.ts';
import { awayPage, plainList } from '../../src/console/plain-list.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { createSandbox } from '../../src/sandbox/server/app.ts';

const place = { base: '', hasDeliveries: true };

it('shows what people wrote as text, without anything that looks like a token', async () => {
  const { control } = createSandbox({ clock: systemClock, controlKey: 'k'.repeat(32) });
  const port = { ask: async (name, params) => control?.do(name, params) } as ControlPort;
  const token = `rev_refresh_${'a'.repeat(43)}`;
  await port.ask('do', { action: 'apply', set: { first_name: '<b>Ada</b>', last_name: token } });
  const html = await plainList(port, place);
  expect(html).toContain('&lt;b&gt;Ada&lt;&#47;b&gt;');
  expect(html).not.toContain(token);
  expect(html).toContain('<a href="/list">Deliveries</a>');
  expect(html).toContain('href="/page.css"');
});

it('says why there is nothing to show while the sandbox is away', () => {
  const html = awayPage('Nothing listens on <port>', place);
  expect(html).toContain('The sandbox cannot be reached: Nothing listens on &lt;port&gt;');
  expect(html).toContain('<a href="/list">Deliveries</a>');
});
