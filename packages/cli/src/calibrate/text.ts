// A calibration, for people: the best heads, the settings chosen, how well they find on the other text, how well the model reads.
import type { CatalogEntry, RetrievalSettings } from '@lectern/model';
import type { AttentionWeighing, Calibration, ScoredSettings, WeightFigures } from '@lectern/reader';
import { showProportion } from '../eval/report/proportion.ts';

const SHOWN_HEADS = 10;

export function calibrationText(calibration: Calibration, entry: CatalogEntry, path: string, seconds: number): string {
  const { choosing, heads, onChoosing, reporting, chosen, present, keeps, weighing, ceilings } = calibration;
  const { best } = onChoosing;
  const hits = (n: number, all: number): string => showProportion({ hits: n, n: all });
  return [
    `Heads, chosen on ${choosing.numQuestions} questions about ${choosing.numTokens} tokens in ${choosing.numBlocks} blocks (by chance ${choosing.chanceAt8.toFixed(2)} are found among the first 8); layers and heads count from 0`,
    '',
    '| layer | head | position | right block first | among the first 8 |',
    '|---|---|---|---|---|',
    ...heads.slice(0, SHOWN_HEADS).map(({ layer, head, position, recall: { at1, at8, n } }) => `| ${layer} | ${head} | ${position} | ${hits(at1, n)} | ${hits(at8, n)} |`),
    '',
    `best set:   ${showSettings({ heads: best.heads, queryPosition: best.queryPosition })}: ${hits(best.at1, best.n)} first, ${hits(best.at8, best.n)} among the first 8`,
    `chosen set: ${showSettings(chosen.retrieval)}: ${hits(onChoosing.chosen.at1, onChoosing.chosen.n)} first, ${hits(onChoosing.chosen.at8, onChoosing.chosen.n)} among the first 8`,
    '(the earliest last layer among the sets within one standard error of the best)',
    '',
    `Reported on ${reporting.numQuestions} other questions about another text of ${reporting.numTokens} tokens; hits/n and 95 % Wilson interval`,
    '',
    '| settings | routes | right passage first | among the first 8 |',
    '|---|---|---|---|',
    ...rows('chosen', chosen),
    ...(present === undefined ? [] : rows('as they were', present)),
    '',
    ...(present === undefined ? [] : [keeps === 'present' ? 'the settings as they were are kept: the chosen ones are not better beyond noise' : 'the chosen settings are better beyond noise, and replace those that were there', '']),
    ...weights(weighing),
    '',
    ...ceilings.map(({ reads, numRight, numQuestions }) => `answered right with the right ${reads === 'sentence' ? 'sentence' : 'passage'} given: ${hits(numRight, numQuestions)}`),
    '',
    `${entry.id} is in ${path}: lectern ask --model ${entry.id}; ${seconds.toFixed(0)} s`,
    '',
  ].join('\n');
}

const rows = (name: string, { retrieval, report }: ScoredSettings): string[] => report.map(({ routes, recall: { at1, at8, n } }) =>
  `| ${name}: ${showSettings(retrieval)} | ${routes.join(' + ')} | ${showProportion({ hits: at1, n })} | ${showProportion({ hits: at8, n })} |`);

function weights({ routes, present, chosen, choosing, reporting }: AttentionWeighing): string[] {
  const cells = ({ recall: { at1, at8, n }, value }: WeightFigures): string => `${showProportion({ hits: at1, n })} | ${showProportion({ hits: at8, n })} | ${value.toFixed(3)}`;
  return [
    `What attention's ranks weigh in ${routes.join(' + ')}: questions about paragraphs and about entries of a reference work; chosen on the first texts by mean reciprocal rank, reported on the others`,
    '',
    '| weight | first texts: right block first | among the first 8 | mean reciprocal rank | the others: first | among the first 8 | mean reciprocal rank |',
    '|---|---|---|---|---|---|---|',
    ...choosing.map((figures, i) => `| ${figures.weight} | ${cells(figures)} | ${cells(reporting[i]!)} |`),
    '',
    chosen === present ? `the weight stays ${present}: no other is better beyond noise` : `weight ${chosen}: better than ${present} beyond noise`,
  ];
}

const showSettings = ({ heads, queryPosition }: Pick<RetrievalSettings, 'heads' | 'queryPosition'>): string =>
  `${heads.map(({ layer, head, weight }) => `L${layer} h${head}${weight === 1 ? '' : ` x ${weight}`}`).join(' + ')} at ${queryPosition}`;
