// Draws a terminal's output as an SVG that follows the reader's light or dark theme.
import stringWidth from 'string-width';

/** Colors by ANSI code: on white, then on dark. Each has a contrast of at least 4.5 with its background. */
const palette = {
  31: ['#b91c1c', '#f87171'],
  32: ['#15803d', '#4ade80'],
  33: ['#854d0e', '#facc15'],
  34: ['#1d4ed8', '#60a5fa'],
  36: ['#0e7490', '#22d3ee'],
  90: ['#57606a', '#94a3b8'],
};
const ink = ['#1f2328', '#e2e8f0'];
const faint = ['#57606a', '#a3b1c6'];
const paper = ['#ffffff', '#0f172a'];
const frame = ['#d0d7de', '#334155'];
const [cell, line, edge] = [8.4, 20, 20];

/**
 * @param {string} command  the typed command
 * @param {string} output   the output, with ANSI colors
 * @param {string} title    for screen readers
 */
export function draw(command, output, title) {
  const prompt = [
    { text: '$ ', dim: true },
    { text: command, bold: true },
  ];
  const rows = [prompt, ...screenLines(output)];
  const longest = Math.max(...rows.map((runs) => runs.reduce((sum, { text }) => sum + stringWidth(text), 0)));
  const [width, height] = [longest * cell + 2 * edge, rows.length * line + 2 * edge];
  const text = rows.map(
    (runs, index) =>
      `<text y="${edge + 14 + index * line}" xml:space="preserve">${placed(runs).map(span).join('')}</text>`,
  );
  const font = 'font-family="ui-monospace,Menlo,Consolas,monospace" font-size="14"';
  const box = `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="10" class="paper"/>`;
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" ${size} ${font}><title>${escaped(title)}</title>${styles()}${box}${text.join('')}</svg>\n`;
}

function styles() {
  const theme = (index) =>
    [
      `.paper{fill:${paper[index]};stroke:${frame[index]}}`,
      `text{fill:${ink[index]}}`,
      `.dim{fill:${faint[index]}}`,
      ...Object.entries(palette).map(([code, colors]) => `.c${code}{fill:${colors[index]}}`),
    ].join('');
  return `<style>${theme(0)}@media(prefers-color-scheme:dark){${theme(1)}}</style>`;
}

/**
 * The runs split at wide gaps, each with its own position: characters of another width would shift the following
 * columns.
 */
function placed(runs) {
  let column = 0;
  return runs.flatMap((run) =>
    run.text.split(/( {2,})/).flatMap((text) => {
      const x = edge + column * cell;
      column += stringWidth(text);
      return text.trim() === '' && text.length !== 1 ? [] : [{ ...run, text, x: Number(x.toFixed(1)) }];
    }),
  );
}

function span({ text, x, color, bold, dim }) {
  const kind = color ? ` class="c${color}"` : dim ? ' class="dim"' : '';
  return `<tspan x="${x}"${kind}${bold ? ' font-weight="700"' : ''}>${escaped(text)}</tspan>`;
}

const escaped = (text) => text.replace(/[&<>]/g, (found) => `&#${found.charCodeAt(0)};`);

/** Splits lines into runs of text with a style; of a spinner only the last state is kept. */
function screenLines(output) {
  let style = {};
  return output
    .replaceAll(/\x1b\[\?25[lh]|\x1b\[\d*[A-HJKG]/g, '')
    .trimEnd()
    .split(/\r?\n/)
    .map((row) => {
      const runs = [];
      for (const [, codes, text] of row.replace(/^.*\r/, '').matchAll(/\x1b\[([\d;]*)m|([^\x1b]+)/g)) {
        if (text !== undefined) runs.push({ ...style, text });
        else for (const code of (codes || '0').split(';').map(Number)) style = restyled(style, code);
      }
      return runs;
    });
}

function restyled(style, code) {
  if (code === 0) return {};
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 39) return { ...style, color: undefined };
  return code in palette ? { ...style, color: code } : style;
}
