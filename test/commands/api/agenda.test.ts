import { describe, expect, it } from 'vitest';
import { agendaText } from '../../../src/commands/api/agenda.ts';
import { plainStyle } from '../../../src/text/style.ts';

const agenda = (days: unknown, zone: string | null = 'Europe/Berlin') =>
  agendaText(JSON.stringify({ days }), zone, plainStyle());
const activity = (changes: object = {}) => ({
  id: 'act_1',
  title: 'Opening',
  starts_at: '2027-06-10T08:00:00.000Z',
  ends_at: '2027-06-10T08:45:00.000Z',
  speakers: ['Søren'],
  status: 'scheduled',
  ...changes,
});

describe('a program as an agenda', () => {
  it("has days, threads and activities, in the event's time zone", () => {
    const late = activity({
      id: 'act_2',
      title: 'Later',
      starts_at: '2027-06-10T09:00:00Z',
      ends_at: null,
      speakers: [],
    });
    expect(agenda([{ threads: [{ title: 'Main stage', activities: [late, activity()] }] }])).toBe(
      [
        'Thu, Jun 10 2027 (UTC+2)',
        '  Main stage',
        '    10:00-10:45  Opening  Søren  act_1',
        '    11:00        Later  act_2',
      ].join('\n'),
    );
  });

  it('says in words what is canceled or full', () => {
    const activities = [activity({ status: 'cancelled' }), activity({ capacity_state: 'full' })];
    const text = agenda([{ threads: [{ title: 'T', activities }] }]);
    expect(text).toContain('Opening  Søren (cancelled)  act_1');
    expect(text).toContain('Opening  Søren (full)  act_1');
  });

  it('carries no control characters to a terminal', () => {
    const text = agenda([{ threads: [{ title: '\u001b[2JT', activities: [activity({ title: 'x\u202ey\nz' })] }] }]);
    expect(text).toContain('  [2JT\n');
    expect(text).toContain('xy z');
  });

  it.each([
    ['no days', undefined],
    ['days of another shape', [1, { threads: 'x' }, { threads: [{ activities: [{ starts_at: 'soon' }] }] }]],
  ])('is not made of a document with %s', (_name, days) => {
    expect(agenda(days)).toBeNull();
  });

  it('falls back to the zone of this machine where the zone is unknown', () => {
    expect(agenda([{ threads: [{ title: 'T', activities: [activity()] }] }], 'Mars/Olympus')).toMatch(/Opening/);
  });
});
