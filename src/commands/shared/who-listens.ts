/** The command that shows which program listens on a port, for this operating system. */
export function whoListens(port: number): string {
  if (process.platform === 'win32') return `netstat -ano | findstr :${port}`;
  return process.platform === 'darwin' ? `lsof -nP -iTCP:${port} -sTCP:LISTEN` : `ss -ltnp 'sport = :${port}'`;
}
