import { afterAll, describe, expect, it } from 'vitest';
import { calendarOf, localCalendar, momentOf } from '../../src/output/moment.ts';

const now = Date.parse('2026-11-24T12:00:00Z');
const moment = (text: string) => momentOf(text) as Date;

describe('a moment', () => {
  it.each(['2026-11-24', '2026-13-45T99:99:99Z', 'soon', '2026-11-24T10:00:00'])('is not %j', (text) => {
    expect(momentOf(text)).toBeNull();
  });
});

describe('the calendar of a zone', () => {
  const berlin = calendarOf('Europe/Berlin');

  it('tells day, time and how far the zone is ahead, in summer and winter', () => {
    expect(berlin?.dayAndTime(moment('2026-11-24T23:30:00Z'), now)).toBe('Nov 25 00:30');
    expect(berlin?.dayAndTime(moment('2027-06-10T08:00:00Z'), now)).toBe('Jun 10 2027 10:00');
    expect(berlin?.day(moment('2027-06-10T08:00:00Z'))).toBe('Thu, Jun 10 2027');
    expect(['2026-11-24T12:00:00Z', '2027-06-10T08:00:00Z'].map((at) => berlin?.offset(moment(at)))).toEqual([
      'UTC+1',
      'UTC+2',
    ]);
  });

  it('is not made for an unknown zone', () => {
    expect(calendarOf('Mars/Olympus')).toBeNull();
  });
});

describe('the calendar of this machine', () => {
  const zone = process.env['TZ'];
  afterAll(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  it.each(['Asia/Kolkata', 'America/New_York', 'UTC', 'Europe/Berlin'])('says the same as that of %s', (name) => {
    process.env['TZ'] = name;
    const named = calendarOf(name);
    for (const at of ['2026-11-24T23:30:00Z', '2027-06-10T08:05:00Z'].map(moment)) {
      expect(localCalendar.dayAndTime(at, now)).toBe(named?.dayAndTime(at, now));
      expect(localCalendar.day(at)).toBe(named?.day(at));
      expect(localCalendar.offset(at)).toBe(named?.offset(at));
    }
  });
});
