import { randomBytes } from 'node:crypto';

/** The five fields that every token answer has, with fresh tokens. */
export const tokenFields = (changes: Record<string, unknown> = {}) => ({
  access_token: randomBytes(24).toString('base64url'),
  refresh_token: randomBytes(24).toString('base64url'),
  event_id: 'evt_1',
  organization_id: 'org_1',
  scope: 'event.read',
  ...changes,
});
