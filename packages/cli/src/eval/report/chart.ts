// One chart of an SVG figure: shares from 0 to 1 against a length in tokens, on a logarithmic axis.

export interface Series {
  name: string;
  colour: string;
  dash?: string;
  points: Array<{ x: number; y: number; low: number; high: number }>;
}

export interface Chart { title: string; series: Series[] }

export const CHART_WIDTH = 300;
export const CHART_HEIGHT = 220;
const [LEFT, RIGHT, TOP, BOTTOM] = [46, 16, 26, 42];
/** Lines that share a point are drawn beside each other by so much, so that their intervals can be told apart. */
const SIDE_STEP = 6;

export function chart({ title, series }: Chart): string {
  const lengths = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const [first, last] = [Math.log2(lengths[0] ?? 1), Math.log2(lengths.at(-1) ?? 2)];
  const [width, height] = [CHART_WIDTH - LEFT - RIGHT, CHART_HEIGHT - TOP - BOTTOM];
  const inset = 20; // the outer points stand off the axes
  const x = (tokens: number): number => LEFT + inset + (last === first ? 0.5 : (Math.log2(tokens) - first) / (last - first)) * (width - 2 * inset);
  const y = (share: number): number => TOP + (1 - share) * height;
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => (
    `<line x1="${LEFT}" y1="${n(y(share))}" x2="${LEFT + width}" y2="${n(y(share))}" stroke="#dddddd"/><text x="${LEFT - 6}" y="${n(y(share) + 4)}" text-anchor="end">${share.toFixed(2)}</text>`));
  const ticks = shownOf(lengths, x).map((tokens) => (
    `<line x1="${n(x(tokens))}" y1="${TOP + height}" x2="${n(x(tokens))}" y2="${TOP + height + 4}" stroke="#333333"/><text x="${n(x(tokens))}" y="${TOP + height + 16}" text-anchor="middle">${shortLength(tokens)}</text>`));
  const lines = series.map(({ colour, dash, points }, i) => {
    const at = points.map(({ x: tokens, ...rest }) => ({ ...rest, px: x(tokens) + (i - (series.length - 1) / 2) * SIDE_STEP })).sort((a, b) => a.px - b.px);
    const path = at.map(({ px, y: share }, j) => `${j === 0 ? 'M' : 'L'}${n(px)} ${n(y(share))}`).join(' ');
    const marks = at.map(({ px, y: share, low, high }) => (
      `<line x1="${n(px)}" y1="${n(y(low))}" x2="${n(px)}" y2="${n(y(high))}" stroke="${colour}" stroke-opacity="0.55"/><circle cx="${n(px)}" cy="${n(y(share))}" r="3" fill="${colour}"/>`)).join('');
    return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"${dash === undefined ? '' : ` stroke-dasharray="${dash}"`}/>${marks}`;
  });
  return [
    `<text x="${LEFT}" y="16" font-weight="bold">${title}</text>`, ...grid, ...ticks,
    `<line x1="${LEFT}" y1="${TOP + height}" x2="${LEFT + width}" y2="${TOP + height}" stroke="#333333"/>`,
    `<text x="${n(LEFT + width / 2)}" y="${CHART_HEIGHT - 8}" text-anchor="middle">length, tokens</text>`,
    `<text transform="translate(13 ${n(TOP + height / 2)}) rotate(-90)" text-anchor="middle">share of questions</text>`,
    ...lines,
  ].join('');
}

const MIN_TICK_DISTANCE = 34;

/** Labels that do not overlap. */
function shownOf(lengths: readonly number[], x: (tokens: number) => number): number[] {
  const shown: number[] = [];
  for (const tokens of lengths) if (shown.length === 0 || x(tokens) - x(shown.at(-1)!) >= MIN_TICK_DISTANCE) shown.push(tokens);
  return shown;
}

const n = (value: number): string => String(Math.round(value * 10) / 10);

/** 8192 -> 8K, 1048576 -> 1M, 100000 -> 98K */
const shortLength = (tokens: number): string => (tokens >= 2 ** 20 ? `${Math.round(tokens / 2 ** 20 * 10) / 10}M` : tokens >= 1024 ? `${Math.round(tokens / 1024)}K` : String(tokens));
