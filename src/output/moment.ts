const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/** The moment of an ISO 8601 text; null for any other text. */
export function momentOf(text: string): Date | null {
  if (!isoTime.test(text)) return null;
  const moment = new Date(text);
  return Number.isNaN(moment.getTime()) ? null : moment;
}

/** How moments are written in one time zone. */
export interface Calendar {
  /** `Nov 24 06:24`, or `Nov 24 2025 06:24` when it is not the year of `now`. */
  dayAndTime(moment: Date, now: number): string;
  /** `Thu, Nov 24 2025` */
  day(moment: Date): string;
  /** `06:24` */
  time(moment: Date): string;
  /** The offset of the zone at that moment, such as `UTC+1`. */
  offset(moment: Date): string;
}

/** The zone of this machine (TZ). Made without Intl, whose tables take half as long to load as Node itself. */
export const localCalendar: Calendar = {
  dayAndTime(moment, now) {
    const year = moment.getFullYear() === new Date(now).getFullYear() ? '' : ` ${moment.getFullYear()}`;
    return `${monthAndDay(moment)}${year} ${this.time(moment)}`;
  },
  day: (moment) => `${weekdays[moment.getDay()]}, ${monthAndDay(moment)} ${moment.getFullYear()}`,
  time: (moment) => `${two(moment.getHours())}:${two(moment.getMinutes())}`,
  offset(moment) {
    const minutes = -moment.getTimezoneOffset();
    if (minutes === 0) return 'UTC';
    const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
    return `UTC${minutes < 0 ? '-' : '+'}${hours}${rest === 0 ? '' : `:${two(rest)}`}`;
  },
};

/**
 * The calendar of a zone such as `Europe/Berlin`.
 *
 * @returns null where this machine does not know the zone
 */
export function calendarOf(zone: string): Calendar | null {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { ...fields, timeZone: zone });
  } catch {
    return null;
  }
  const partsOf = (moment: Date): Record<string, string> =>
    Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value]));
  const time = ({ hour, minute }: Record<string, string>) => `${hour}:${minute}`;
  return {
    dayAndTime(moment, now) {
      const parts = partsOf(moment);
      const year = parts['year'] === partsOf(new Date(now))['year'] ? '' : ` ${parts['year']}`;
      return `${parts['month']} ${parts['day']}${year} ${time(parts)}`;
    },
    day(moment) {
      const { weekday, month, day, year } = partsOf(moment);
      return `${weekday}, ${month} ${day} ${year}`;
    },
    time: (moment) => time(partsOf(moment)),
    offset: (moment) => (partsOf(moment)['timeZoneName'] ?? '').replace('GMT', 'UTC').replace(/\+0$/, ''),
  };
}

const fields = {
  weekday: 'short',
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'shortOffset',
} as const;

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function two(number: number): string {
  return String(number).padStart(2, '0');
}

function monthAndDay(moment: Date): string {
  return `${months[moment.getMonth()]} ${two(moment.getDate())}`;
}
