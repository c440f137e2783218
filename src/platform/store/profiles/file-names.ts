/** The name of a profile's sealed secrets, without extension; distinct from logins, whose names start with their kind. */
export const secretsFileName = 'secrets';

/** The endings of a login's copies and of leftovers. */
export const besides = /\.json\.(next|rescue|[0-9a-f]{12}\.tmp)$/;
