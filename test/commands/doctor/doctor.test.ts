import { describe, expect, it } from 'vitest';
import { doctor } from '../../../src/commands/doctor/doctor.ts';
import { ReventoError } from '../../../src/errors/revento-error.ts';
import { plainStyle } from '../../../src/text/style.ts';
import { aLogin, memory, run } from '../../support/commands/deps.ts';
import { examine, healthy } from '../../support/commands/doctor-rig.ts';

describe('doctor', () => {
  it('finds nothing on a machine that is in order, and ends with 0', async () => {
    const { rows, status, text } = await examine();
    expect(rows.filter((row) => row.status !== 'ok' && row.status !== 'skip')).toEqual([]);
    expect(status).toBe(0);
    expect(text).toContain('No problems found.');
  });

  it.each([80, 50, 30])('fits into %i columns, but for words that do not, and loses none', async (width) => {
    const fake = () => memory({ ...healthy, profiles: {}, secrets: {}, logins: {} });
    const [whole, fitted] = [await run(doctor, {}, fake()), await run(doctor, {}, fake(), plainStyle(width))];
    for (const line of fitted.text.split('\n')) {
      if (line.length > width) expect(line.trim()).toMatch(/^(→ )?\S+$/);
    }
    expect(whole.text.split('\n').some((line) => line.length > 100)).toBe(true);
    expect(fitted.text.replace(/\s+/g, ' ')).toBe(whole.text.replace(/\s+/g, ' '));
  });

  it('explains placeholders once, and has a remedy for each', async () => {
    const { of } = await examine({ profiles: {} });
    expect(of('auth_base')[0]?.message).toContain('never resolve');
    expect(of('api_base')).toMatchObject([
      {
        status: 'fail',
        message: 'api.revento.example is a placeholder as well.',
        remedy: 'run: revento config set api_base https://…',
      },
    ]);
  });

  it('ends with 1 when something fails, after everything was looked at', async () => {
    const { rows, status } = await examine({ profiles: { default: { api_base: 'nonsense' } } });
    expect(status).toBe(1);
    expect(rows.map((row) => row.check)).toContain('webhook_secret');
  });

  it('ends with 0 when there is only something to look at', async () => {
    const { rows, status } = await examine({ secrets: {} });
    expect(rows.some((row) => row.status === 'warn')).toBe(true);
    expect(status).toBe(0);
  });

  it.each([
    ['a fresh machine', { profiles: {}, secrets: {}, logins: {} }],
    ['a broken one', { profiles: { default: { api_base: 'x' } }, logins: { default: [aLogin({ state: 'revoked' })] } }],
  ])('gives every warning and failure a remedy: %s', async (_, world) => {
    const { rows } = await examine(world);
    for (const row of rows)
      if (row.status === 'warn' || row.status === 'fail') expect(row.remedy, row.check).toBeTruthy();
  });

  it('gives rows of exactly four fields to machines', async () => {
    const { data } = await run(
      doctor,
      {},
      (() => {
        const fake = memory(healthy);
        return { ...fake, deps: { ...fake.deps, format: 'json' as const } };
      })(),
    );
    for (const row of data) expect(Object.keys(row as object)).toEqual(['check', 'status', 'message', 'remedy']);
  });

  it('continues after a check that cannot be carried out, and passes on its remedy', async () => {
    const storeFailure = new ReventoError('store_key', 'The key file is gone.', { hint: 'put it back' });
    const { of, status } = await examine({ storeFailure });
    expect(of('login')).toEqual([
      { check: 'login', status: 'fail', message: 'The key file is gone.', remedy: 'put it back' },
    ]);
    expect(of('clock')[0]?.status).toBe('ok');
    expect(status).toBe(1);
  });
});

it('says the outcome of every check in a word beside its mark', async () => {
  for (const width of [80, 50]) {
    const { text } = await run(doctor, {}, memory({ ...healthy, logins: {} }), plainStyle(width));
    const marked = text.split('\n').filter((line) => /^[✓!✗-]/.test(line));
    expect(marked.length).toBeGreaterThan(5);
    expect(marked.filter((line) => !/^(✓ ok {2}|! warn|✗ fail|- skip) \S/.test(line))).toEqual([]);
  }
});
