// Writes what a run has loaded, for a test: files, and Node's own modules beside those of every start.
const usual = new Set(process.moduleLoadList);

process.on('exit', () => {
  const modules = process.moduleLoadList.filter((name) => !usual.has(name)).map((name) => name.replace(/^.* /, ''));
  const loaded = { files: Object.keys(require.cache), modules };
  require('node:fs').writeFileSync(process.env.REVENTO_TEST_LOADED, JSON.stringify(loaded));
});
