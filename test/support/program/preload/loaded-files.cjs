// Writes the files that a run has loaded, for a test.
process.on('exit', () => {
  require('node:fs').writeFileSync(process.env.REVENTO_TEST_LOADED, JSON.stringify(Object.keys(require.cache)));
});
