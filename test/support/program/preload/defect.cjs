// Loaded before the built program: at the named point it throws what a defect would, with a secret in the message,
// in the cause and in a property.
const [point, text] = [process.env.CRASH_POINT, process.env.CRASH_TEXT];
globalThis[Symbol.for('revento.crash-point')] = (reached) => {
  if (reached !== point) return;
  const cause = new Error(`because of ${text}`);
  throw Object.assign(new TypeError(`cannot read properties of ${text}`, { cause }), { response: { body: text } });
};
