import { isRecord, parseJson } from '../../json/parse.ts';
import { deliveryFaults } from '../../webhook/sending/delivery-faults.ts';
import { mostTimes, type SendRequest } from '../model/wire.ts';

/** Parses a request to send; null when it is invalid. The page cannot choose a URL. */
export function readSendRequest(text: string): SendRequest | null {
  const value = parseJson(text);
  if (!isRecord(value)) return null;
  const {
    target,
    resign,
    body_base64: base64,
    fault,
    times = 1,
    at_once: atOnce = false,
    new_id: newId = false,
  } = value;
  if (!isWhole(target, 0, 1_000) || !isWhole(times, 1, mostTimes)) return null;
  if (typeof resign !== 'boolean' || typeof atOnce !== 'boolean' || typeof newId !== 'boolean') return null;
  if (base64 !== undefined && !isBase64(base64)) return null;
  if (fault !== undefined && !deliveryFaults.some(({ name }) => name === fault)) return null;
  return {
    target,
    resign,
    times,
    at_once: atOnce,
    new_id: newId,
    ...(base64 !== undefined && { body_base64: base64 }),
    ...(fault !== undefined && { fault: String(fault) }),
  };
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

/** Accepts canonical base64 only. */
function isBase64(value: unknown): value is string {
  return typeof value === 'string' && Buffer.from(value, 'base64').toString('base64') === value;
}
