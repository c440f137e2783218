import { expect, it } from 'vitest';
import { sandboxDeliveries } from '../../../../src/commands/sandbox/deliveries/deliveries.ts';
import { plainStyle } from '../../../../src/text/style.ts';
import { printed } from '../../../support/commands/printing.ts';

const rows = [
  {
    delivery_id: '0b9f6c1e-6f6a-4c53-9c1f-6b1f0f7f4c11',
    event: 'application.revision_requested',
    event_id: 'evt_test_published',
    created_at: '2026-11-24T11:59:00.000Z',
    state: 'pending',
    next_attempt_at: '2026-11-24T12:01:00.000Z',
    tries: 2,
    last_error: 'connection refused (127.0.0.1:4400)',
    attempts: [],
  },
];
const layout = sandboxDeliveries.layout;

it('what was sent fits 80 columns, with as much of an id as a redelivery needs', async () => {
  const { stdout, notices } = await printed([{ kind: 'rows', rows }], {
    layout,
    isTty: true,
    style: { ...plainStyle(), width: 80 },
  });
  const [head = '', row = ''] = stdout.split('\n');
  expect(head).toMatch(/^DELIVERY +EVENT +STATE +ATTEMPTS +LAST_ERROR/);
  expect(row).toMatch(/^0b9f6c1e +application.revision_requested +pending +2 +connection/);
  expect(Math.max(head.length, row.length)).toBeLessThanOrEqual(80);
  expect(notices.join()).not.toContain('last_error');
});

it.each([
  ['a pipe', { columns: null, style: plainStyle() }],
  ['a column that was asked for', { columns: ['delivery_id'], style: { ...plainStyle(), width: 80 } }],
])('the whole id is in %s', async (_what, options) => {
  const { stdout } = await printed([{ kind: 'rows', rows }], { layout, ...options });
  expect(stdout).toContain('0b9f6c1e-6f6a-4c53-9c1f-6b1f0f7f4c11');
});
