/** Where the guide's example handlers listen; what a bare port stands for. */
export const defaultHandlerPath = '/webhooks/revento';

/** Where `listen` is reached unless told otherwise; `trigger` sends there. */
export const defaultListenPort = 4400;

export const defaultListenUrl = `http://localhost:${defaultListenPort}${defaultHandlerPath}`;

/** Tells the command that `listen` runs where the listener is. */
export const listenerVariable = 'REVENTO_WEBHOOK_URL';
