// The outcome of an evaluation as a Markdown table.
import { showProportion } from './interval.ts';
import type { PlantedReport } from './planted.ts';

export function plantedTable(report: PlantedReport): string {
  const lines = [
    `Planted facts, ${report.numTokens} tokens per document, n = ${report.outcomes.length}; proportions with hits/n and 95 % Wilson interval.`,
    '',
    '| routes | right block first | among the first 8 | among the first 32 |',
    '|---|---|---|---|',
    ...report.recall.map((r) => `| ${r.routes.join(' + ')} | ${showProportion(r.at1)} | ${showProportion(r.at8)} | ${showProportion(r.at32)} |`),
    '',
  ];
  if (report.answered && report.supported) {
    lines.push(
      `answered right (all routes): ${showProportion(report.answered)}`,
      `marked as supported: of the right answers ${showProportion(report.supported.right)}, of the wrong ones ${showProportion(report.supported.wrong)}`,
      `median seconds for an answer: ${report.answerSecondsMedian.toFixed(2)}`,
    );
  }
  lines.push(`median seconds to find: ${report.findSecondsMedian.toFixed(3)}; reading ${report.readSeconds.toFixed(1)} s`, '');
  return lines.join('\n');
}
