import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { durationOf, shownFor } from '../../src/console/shown.ts';

const place = { address: 'http://127.0.0.1:4010', command: 'revento sandbox' };

describe('what a click shows', () => {
  it.each([
    ['do', { action: 'approve', ids: ['ptp_1', 'ptp_2'] }, 'revento sandbox do approve ptp_1 ptp_2'],
    ['trigger', { type: 'activity.updated' }, 'revento sandbox trigger activity.updated'],
    ['redeliver', { delivery_id: 'abc' }, 'revento sandbox redeliver abc'],
    ['fault', { add: ['api:503x2'], clear: true }, 'revento sandbox fault api:503x2 --clear'],
    ['fault', { remove: ['api:503'] }, 'revento sandbox fault --remove api:503'],
    ['advance', { ms: 7_862_400_000 }, 'revento sandbox clock advance 91d'],
    ['set_clock', { to: '2027-06-10T09:00:00Z' }, 'revento sandbox clock set 2027-06-10T09:00:00Z'],
    ['resume_clock', {}, 'revento sandbox clock resume'],
    ['rotate', { finish: true }, 'revento sandbox rotate --finish'],
    ['reset', { keep_logins: true }, 'revento sandbox reset --keep-logins'],
    ['logins', {}, null],
  ] as const)('%s %j', (name, params, command) => {
    expect(shownFor(name, params, place).command).toBe(command);
  });

  it.each(["O'Brien", '$(touch /tmp/x)', '`id`', 'a b', '美咲 "x"', 'line\nbreak', '\\'])(
    'keeps %j one word for a shell',
    (text) => {
      const { command, curl } = shownFor(
        'do',
        { action: 'edit-profile', ids: [text], set: { first_name: text } },
        place,
      );
      const words = (line: string) =>
        JSON.parse(
          execFileSync(
            'sh',
            ['-c', `set -f; node -e 'console.log(JSON.stringify(process.argv.slice(1)))' -- ${line}`],
            {
              encoding: 'utf8',
            },
          ),
        ) as string[];
      expect(words(command ?? '')).toEqual([
        ...['revento', 'sandbox', 'do', 'edit-profile', text, '--data'],
        JSON.stringify({ first_name: text }),
      ]);
      expect(words(curl).at(-1)).toBe(
        JSON.stringify({ action: 'edit-profile', ids: [text], set: { first_name: text } }),
      );
    },
  );

  it('names the key by its variable, never by its value', () => {
    expect(shownFor('clock', {}, place).curl).toBe(
      'curl -fsS http://127.0.0.1:4010/_sandbox/v1/clock -H "Authorization: Bearer $REVENTO_SANDBOX_KEY"',
    );
  });

  it('writes a duration in the largest unit that leaves no rest', () => {
    expect([86_400_000, 5_400_000, 61_000, 1_500, 0].map(durationOf)).toEqual(['1d', '90m', '61s', '1500ms', '0ms']);
  });
});
