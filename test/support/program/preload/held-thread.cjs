// Preloaded: one thread of Node's pool waits in `open` for a writer of the named pipe HELD_BY, out of everyone's reach.
require('node:fs').open(process.env.HELD_BY, 'r', () => undefined);
