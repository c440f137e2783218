/** The path of the guide's example handlers, and of a bare port. */
export const defaultHandlerPath = '/webhooks/revento';

/** The URL of a listener started without options; `trigger` sends there. */
export const defaultListenPort = 4400;

export const defaultListenUrl = `http://localhost:${defaultListenPort}${defaultHandlerPath}`;

/** Gives the command that `listen` runs the URL of the listener. */
export const listenerVariable = 'REVENTO_WEBHOOK_URL';
