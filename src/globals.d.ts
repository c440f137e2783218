/** The version of package.json, put in by the build; absent when the sources run unbundled. */
declare const REVENTO_VERSION: string | undefined;

/** A file's text, as it is. */
declare module '*?raw' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: this is what a bundler gives back
  export default text;
}
