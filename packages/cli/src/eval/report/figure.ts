// Score and recall against length as SVG: a small chart for each task of a suite, with 95 % intervals.
import { type Chart, chart, CHART_HEIGHT, CHART_WIDTH, type Series } from './chart.ts';
import type { Share } from './proportion.ts';
import type { Row } from './summary.ts';

const COLUMNS = 3;
const LEGEND_HEIGHT = 46;

/** Colours that also differ in brightness. */
const LINES: ReadonlyArray<Pick<Series, 'name' | 'colour' | 'dash'> & { of: (row: Row) => Share | undefined }> = [
  { name: 'right passage first', colour: '#6baed6', of: ({ recall }) => recall[0]?.at1 },
  { name: 'among the first 8', colour: '#08519c', of: ({ recall }) => recall[0]?.at8 },
  { name: 'answered from the gold passage', colour: '#fd8d3c', dash: '5 3', of: ({ ceiling }) => ceiling },
  { name: 'answered end to end', colour: '#a63603', of: ({ answered }) => answered },
  { name: 'unanswerable, yet marked as supported', colour: '#555555', dash: '2 3', of: ({ supportedUnanswerable }) => supportedUnanswerable },
];

/** Rows of one suite. */
export function suiteFigure(suite: string, rows: readonly Row[]): string {
  const at = rows.filter(({ length }) => length !== null);
  const tasks = [...new Set(at.map(({ task }) => task))];
  const charts = tasks.map((task): Chart => ({ title: task ?? 'all tasks', series: seriesOf(at.filter((row) => row.task === task)) }));
  const used = LINES.filter(({ name }) => charts.some(({ series }) => series.some((s) => s.name === name)));
  const columns = Math.min(COLUMNS, charts.length);
  const width = Math.max(2, columns) * CHART_WIDTH;
  const legend = used.map(({ name, colour, dash }, i) => {
    const [x, y] = [16 + (i % 2) * (width / 2), 34 + Math.floor(i / 2) * 16];
    return `<line x1="${x}" y1="${y}" x2="${x + 24}" y2="${y}" stroke="${colour}" stroke-width="2.5"${dash === undefined ? '' : ` stroke-dasharray="${dash}"`}/><text x="${x + 30}" y="${y + 4}">${name}</text>`;
  });
  const top = LEGEND_HEIGHT + 16 * Math.ceil(used.length / 2) - 10;
  const height = top + Math.ceil(charts.length / columns) * CHART_HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="16" y="18" font-size="14" font-weight="bold">${suite}: score and recall against length, with 95 % intervals</text>`,
    ...legend,
    ...charts.map((c, i) => `<g transform="translate(${(i % columns) * CHART_WIDTH} ${top + Math.floor(i / columns) * CHART_HEIGHT})">${chart(c)}</g>`),
    '</svg>', '',
  ].join('\n');
}

const seriesOf = (rows: readonly Row[]): Series[] => LINES.map(({ of, ...line }) => ({
  ...line,
  points: rows.flatMap((row) => {
    const share = of(row);
    return share === undefined || share.share === null ? [] : [{ x: row.length!, y: share.share, low: share.low, high: share.high }];
  }),
})).filter(({ points }) => points.length > 0);
