import { ReventoError } from '../../errors/revento-error.ts';
import { isLoopback } from '../../http/this-machine.ts';
import { whoListens } from '../shared/who-listens.ts';
import { type Check, fail, failureFinding, ok, skip, warn } from './finding.ts';

/** Whether a login could listen for the redirect: binds the port on both loopback families, and closes it. */
export const checkCallback: Check = async (deps) => {
  const check = 'callback';
  let uri: URL;
  try {
    uri = new URL(deps.settings.require('redirect_uri'));
  } catch (error) {
    return [failureFinding(check, error, deps)];
  }
  if (!isLoopback(uri.hostname)) {
    return [
      skip(
        check,
        `The redirect URI is on ${uri.host}: \`revento login --port N\` listens on the port your tunnel forwards to.`,
      ),
    ];
  }
  const port = uri.port === '' ? 80 : Number(uri.port);
  const serve = await deps.serve();
  try {
    const listening = await serve({ host: uri.hostname, port, answer: async () => gone });
    await listening.close(0);
    const addresses = listening.addresses.join(' and ');
    if (uri.hostname === 'localhost' && listening.addresses.length < 2) {
      const message = `Port ${port} is free on ${addresses} only; a browser that resolves localhost to the other family cannot reach the callback.`;
      return [warn(check, message, 'turn on IPv6 for the loopback interface, or register a redirect URI on 127.0.0.1')];
    }
    return [ok(check, `Port ${port} is free on ${addresses}.`)];
  } catch (error) {
    if (!(error instanceof ReventoError) || error.code !== 'port_busy') return [failureFinding(check, error, deps)];
    return [
      fail(
        check,
        error.message,
        `stop whatever is using it (find it with: ${whoListens(port)}), or register another redirect URI`,
      ),
    ];
  }
};

const gone = { status: 404, headers: [], body: new Uint8Array() };
