import { describe, expect, it } from 'vitest';
import { shownForStep } from '../../src/console/shown-step.ts';

const place = { address: 'http://127.0.0.1:4010', command: 'revento sandbox' };

describe('what a step of a scenario shows', () => {
  it('each operation once, with its count', () => {
    const apply = { name: 'do', params: { action: 'apply' } } as const;
    const look = { name: 'deliveries', params: {} } as const;
    const { command, curl } = shownForStep([look, apply, apply, apply], place);
    expect(command).toBe('revento sandbox do apply --count 3');
    expect(curl).toMatch(
      /^for i in \$\(seq 3\); do curl -fsS \S+\/_sandbox\/v1\/do .* -d '\{"action":"apply"\}'; done$/,
    );
  });

  it('of one that waits or expects, how to look at the same', () => {
    const look = (after: number) => ({ name: 'log', params: { kind: 'request', after } }) as const;
    expect(shownForStep([look(1), look(2), look(3)], place).command).toBe('revento sandbox log --kind request');
    const path = '/api/v1/events/evt_1/participants';
    const login = { name: 'login', params: {} } as const;
    const { command, curl } = shownForStep([login, { readUrl: `http://127.0.0.1:4010${path}?cursor=x` }], place);
    expect(command).toBe(`revento -p sandbox api ${path}`);
    expect(curl).toBe(`curl -fsS http://127.0.0.1:4010${path} -H "Authorization: Bearer $(revento -p sandbox token)"`);
  });

  it('of a second sandbox, with its profile', () => {
    const second = { ...place, command: 'revento -p sandbox-4010 sandbox' };
    const read = { readUrl: 'http://127.0.0.1:4010/api/v1/events/e/program' };
    expect(shownForStep([read], second).command).toBe('revento -p sandbox-4010 api /api/v1/events/e/program');
  });
});
