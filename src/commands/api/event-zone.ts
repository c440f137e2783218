import { parseRecord } from '../../json/parse.ts';
import { asBuffer } from '../../text/bytes.ts';
import { type Access, fillEvent } from '../shared/api-access.ts';

/**
 * The time zone of the event, such as `Europe/Berlin`; null where the event does not name one or cannot be read: then
 * times are shown in the zone of this machine.
 *
 * Assumed: the field is called `timezone`.
 */
export async function eventZone({ client, eventId }: Access): Promise<string | null> {
  try {
    const { answer, failure } = await client.send({
      target: fillEvent('/events/{event}', eventId),
      scope: 'event.read',
    });
    const zone = failure === null ? parseRecord(asBuffer(answer.body).toString('utf8'))?.['timezone'] : null;
    return typeof zone === 'string' ? zone : null;
  } catch {
    // The request for the rows reports the same failure.
    return null;
  }
}
