import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { startLine } from './start-words.ts';

/** `bash-completion` is bash with the package of this name loaded; plain `bash` is without. */
export type ShellName = 'bash' | 'bash-completion' | 'zsh' | 'fish';

const bashCompletion = '/usr/share/bash-completion/bash_completion';

/** A home of its own, a `revento` on the PATH, and real shells that complete. */
export interface ShellRig {
  readonly home: string;
  readonly env: Record<string, string>;
  /** The line after the completion key, in a shell on a terminal; the cursor stands at its end. */
  completed(shell: ShellName, line: string): Promise<string>;
  /** All candidates of the last word, in the shell's order. */
  candidates(shell: ShellName, line: string): Promise<string[]>;
  close(): void;
}

/** The shells that are used have to be installed. */
export function openShells(): ShellRig {
  const home = mkdtempSync(join(tmpdir(), 'revento-shells-'));
  const bin = join(home, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'revento'), `#!/bin/sh\nexec ${startLine} "$@"\n`);
  chmodSync(join(bin, 'revento'), 0o755);
  const env = {
    PATH: `${bin}${delimiter}${process.env['PATH']}`,
    HOME: home,
    TERM: 'xterm',
    LANG: 'C.UTF-8',
    REVENTO_CONFIG_DIR: join(home, 'revento'),
  };

  const onTerminal = async (shell: Exclude<ShellName, 'fish'>, line: string, key: string): Promise<string> => {
    const told = join(home, 'line');
    rmSync(told, { force: true });
    await type({
      command: start[shell](home),
      env: { ...env, TOLD: told },
      cwd: home,
      keys: `${line}${key}\x18l`,
    });
    return existsSync(told) ? readFileSync(told, 'utf8') : '(the shell did not answer)';
  };
  writeFileSync(join(home, 'bash'), startFiles.bash);
  writeFileSync(join(home, 'bash-completion'), `source ${bashCompletion}\n${startFiles.bash}`);
  mkdirSync(join(home, 'zsh'));
  writeFileSync(join(home, 'zsh/.zshrc'), startFiles.zsh);

  return {
    home,
    env,
    async completed(shell, line) {
      if (shell !== 'fish') return onTerminal(shell, line, '\t');
      const [only, ...others] = await this.candidates('fish', line);
      const word = /[^ ]*$/.exec(line)?.[0] ?? '';
      return only === undefined || others.length > 0 ? line : `${line.slice(0, line.length - word.length)}${only} `;
    },
    async candidates(shell, line) {
      if (shell === 'fish') {
        const script = 'revento completion fish | source; complete -C $argv[1]';
        const { stdout, stderr, status } = spawnSync('fish', ['--no-config', '-c', script, line], {
          env,
          cwd: home,
          encoding: 'utf8',
        });
        if (status !== 0) throw new Error(`fish: ${stderr}`);
        return stdout
          .split('\n')
          .filter(Boolean)
          .map((text) => text.replace(/\t.*$/, ''));
      }
      const whole = await onTerminal(shell, line, '\x18a');
      return whole
        .slice(line.length - (/[^ ]*$/.exec(line)?.[0] ?? '').length)
        .split(' ')
        .filter(Boolean);
    },
    close: () => rmSync(home, { recursive: true, force: true }),
  };
}

const start = {
  bash: (home: string) => `bash --noprofile --rcfile ${home}/bash -i`,
  'bash-completion': (home: string) => `bash --noprofile --rcfile ${home}/bash-completion -i`,
  zsh: (home: string) => `env ZDOTDIR=${home}/zsh zsh -i`,
};

/** Control-X l writes the line down; Control-X a puts all candidates into it. */
const startFiles = {
  bash: `
source <(revento completion bash)
bind -x '"\\C-xl": printf "%s" "$READLINE_LINE" > "$TOLD"; echo "line-""told"'
bind '"\\C-xa": insert-completions'
bind 'set enable-bracketed-paste off'
PS1='now-''typing '
`,
  zsh: `
autoload -U compinit; compinit -u -D
source <(revento completion zsh)
tell() { printf "%s" "$BUFFER" > "$TOLD"; print "line-""told" }
zle -N tell; bindkey '^Xl' tell
zle -C all-candidates complete-word _generic; bindkey '^Xa' all-candidates
zstyle ':completion:all-candidates::::' completer _all_matches _complete
zstyle ':completion:all-candidates:*' insert true
unset zle_bracketed_paste
PS1='now-typing '
`,
};

/** Starts a shell on a terminal, types the keys when it asks for them, and ends it when it has reported the line. */
function type({
  command,
  env,
  cwd,
  keys,
}: {
  command: string;
  env: Record<string, string>;
  cwd: string;
  keys: string;
}): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['-qec', command, '/dev/null'], { env, cwd, stdio: ['pipe', 'pipe', 'inherit'] });
    let seen = '';
    let isTyped = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
      if (!isTyped && seen.includes('now-typing')) {
        isTyped = true;
        child.stdin.write(keys);
      }
      if (seen.includes('line-told')) child.stdin.end('\x15\nexit\n');
    });
    child.once('error', reject);
    child.once('close', () => resolve());
  });
}
