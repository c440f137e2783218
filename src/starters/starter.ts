/** The text of files by path, with `/` between folders. */
export type Files = Readonly<Record<string, string>>;

/** The settings of one language's starter, one row per language. The program knows nothing else about a language. */
export interface Starter {
  /** The word that is typed. */
  readonly language: string;
  readonly title: string;
  /** The first is the default. */
  readonly frameworks: readonly [Framework, ...Framework[]];
  /** What must be installed on the machine. */
  readonly needs: string;
  /** Installs the dependencies: words that `init` runs, a line that only the user's shell can run, or null for none. */
  readonly install: readonly string[] | string | null;
  readonly start: string;
  readonly test: string;
  /** A sentence about what is untested; shown by `--list`. */
  readonly untested?: string;
  /** Of which language its types of events are, as `revento webhook events --types` calls it. */
  readonly types: string;
  /** The folder in `templates/`. */
  readonly files: () => Promise<{ readonly default: Files }>;
}

export interface Framework {
  readonly name: string;
  /** The folder in `frameworks/` of the template whose files replace those of the default. */
  readonly overlay?: string;
}

/** File names that package managers would act on if a template had them. */
const renamed: Readonly<Record<string, string>> = { gitignore: '.gitignore', dockerignore: '.dockerignore' };

export function projectFiles(all: Files, { overlay }: Framework): Files {
  const files: Record<string, string> = {};
  for (const [path, text] of Object.entries(all)) {
    if (!path.startsWith('frameworks/')) files[renamed[path] ?? path] = text;
  }
  const folder = `frameworks/${overlay}/`;
  for (const [path, text] of Object.entries(all)) {
    if (overlay !== undefined && path.startsWith(folder)) files[path.slice(folder.length)] = text;
  }
  return files;
}
