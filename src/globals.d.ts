/** The version of package.json, put in by the build; absent when the sources run unbundled. */
declare const REVENTO_VERSION: string | undefined;

/** A file's text, as it is. */
declare module '*?raw' {
  const text: string;
  export default text;
}
