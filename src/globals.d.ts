/** The version of package.json, put in by the build; absent when the sources run unbundled. */
declare const REVENTO_VERSION: string | undefined;

/** A file's text, as it is. */
declare module '*?raw' {
  const text: string;
  export default text;
}

/** A module for the browser, with all that it imports. */
declare module '*?page-module' {
  const text: string;
  export default text;
}

/** A program for the browser, bundled from that file: the text of its one script. */
declare module '*?page' {
  const script: string;
  export default script;
}

/** A program with excerpts of the starters in it, see scripts/excerpts.mjs. */
declare module '*?assembled' {
  const text: string;
  export default text;
}

/** The text of every file in that folder, by its path there. */
declare module '*?files' {
  const files: Readonly<Record<string, string>>;
  export default files;
}
