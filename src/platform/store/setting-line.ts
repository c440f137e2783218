const token = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s"{}[\]:,]+/g;

/**
 * The line of a setting in the text of a settings file, counted from 1, or null when neither the profile nor the whole
 * file sets it.
 * JSON.parse knows no positions, and the text is whole JSON: it was parsed before.
 */
export function lineOfSetting(text: string, profile: string, name: string): number | null {
  const wanted = [['profiles', profile, name], [name]].map((path) => JSON.stringify(path));
  const path: string[] = [];
  let key = '';
  for (const { 0: word, index } of text.matchAll(token)) {
    if (word === '{' || word === '[') path.push(key);
    else if (word === '}' || word === ']') path.pop();
    else if (word.startsWith('"') && /^\s*:/.test(text.slice(index + word.length))) {
      key = JSON.parse(word) as string;
      if (path.length <= 3 && wanted.includes(JSON.stringify([...path.slice(1), key])))
        return text.slice(0, index).split('\n').length;
    }
  }
  return null;
}
