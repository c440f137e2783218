/** The words that run a command given as one string. */
export function shell(text: string): readonly string[] {
  return process.platform === 'win32' ? ['cmd', '/d', '/s', '/c', text] : ['sh', '-c', text];
}
