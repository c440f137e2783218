// Settings from the environment, and the log. Everything is checked here, so that a wrong setting ends the start, not a request.
import { join } from 'node:path';

// region required
const problems = [];

const optional = (name) => process.env[name]?.trim() ?? '';

function required(name) {
  const value = optional(name);
  if (!value) problems.push(`Set ${name}.`);
  return value;
}
// endregion

function tokenKey() {
  const key = Buffer.from(required('REVENTO_TOKEN_KEY'), 'base64');
  if (key.length !== 32) problems.push('Set REVENTO_TOKEN_KEY to 32 random bytes in base64: openssl rand -base64 32');
  return key;
}

function url(name) {
  const value = required(name);
  if (value && !(URL.canParse(value) && /^https?:/i.test(value))) problems.push(`${name} is not a URL.`);
  return value;
}

const hostOf = (text = '') => (URL.canParse(text) ? new URL(text).host.replaceAll(':', '_') : '');

export const config = {
  authBase: url('REVENTO_AUTH_BASE').replace(/\/+$/, ''),
  apiBase: url('REVENTO_API_BASE').replace(/\/+$/, ''),
  clientId: required('REVENTO_CLIENT_ID'),
  clientSecret: required('REVENTO_CLIENT_SECRET'),
  redirectUri: url('REVENTO_REDIRECT_URI'),
  eventId: required('SANDBOX_EVENT_ID'),
  // region secrets
  // While the signing secret is rotated, deliveries may be signed with either of the two.
  webhookSecrets: [required('REVENTO_WEBHOOK_SECRET'), optional('REVENTO_WEBHOOK_SECRET_PREVIOUS')].filter(Boolean),
  // endregion
  tokenKey: tokenKey(),
  // A directory for each API: what belongs to one is never sent to another, such as a sandbox.
  dataDir: join(process.env.DATA_DIR || 'data', hostOf(process.env.REVENTO_API_BASE)),
  port: Number(process.env.PORT || 3000),
};
if (!(Number.isInteger(config.port) && config.port > 0 && config.port < 65_536)) problems.push('PORT is not a port.');

// region problems
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
// endregion

// region log
/** One JSON line. Give it ids, never tokens and never what attendees entered. */
export function log(message, fields = {}) {
  console.log(JSON.stringify({ at: new Date().toISOString(), message, ...fields }));
}
// endregion
