/**
 * What is compiled into the package, as a CycloneDX document: no time and no random number, so that the same sources
 * give the same bytes. Source: CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/.
 *
 * @param {{ name: string, version: string, license: string, optionalDependencies: Record<string, string> }} own  package.json
 * @param {{ packages: Record<string, { version: string, license: string, integrity: string }> }} lock
 *   package-lock.json
 * @param {readonly string[]} compiled  names of the packages whose code is in the build
 * @returns {string} JSON
 */
export function sbomOf(own, lock, compiled) {
  const component = (name, scope) => {
    const { version, license, integrity } = lock.packages[`node_modules/${name}`];
    const [algorithm, hash] = integrity.split('-', 2);
    return {
      type: 'library',
      'bom-ref': purlOf(name, version),
      name,
      version,
      scope,
      hashes: [{ alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(hash, 'base64').toString('hex') }],
      licenses: [/ /.test(license) ? { expression: license } : { license: { id: license } }],
      purl: purlOf(name, version),
    };
  };
  const components = [
    ...compiled.map((name) => component(name, 'required')),
    ...Object.keys(own.optionalDependencies).map((name) => component(name, 'optional')),
  ];
  const ref = purlOf(own.name, own.version);
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': ref,
        name: own.name,
        version: own.version,
        licenses: [{ license: { id: own.license } }],
        purl: ref,
      },
    },
    components,
    dependencies: [{ ref, dependsOn: components.map((one) => one['bom-ref']) }],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Source: package-url, types: npm: a scope is a namespace, with its @ percent-encoded. */
function purlOf(name, version) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}
