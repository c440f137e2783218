/** Loads something costly the first time it is asked for, and the same thing ever after. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

/** The same for each name, and for the name that stands for none. */
export function onceEach<T>(otherwise: string, make: (name: string) => Promise<T>): (name?: string) => Promise<T> {
  const made = new Map<string, Promise<T>>();
  return (name = otherwise) => {
    const known = made.get(name) ?? make(name);
    made.set(name, known);
    return known;
  };
}
