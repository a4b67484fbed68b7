// Captured attention as Markdown: one table for each denominator, then each layer at an eighth of the blocks.
import type { Captured, Rule } from './choose.ts';
import { type CapturedFigures, type CapturedRow, FRACTIONS, type LayerRow } from './captured.ts';

const TABLES: ReadonlyArray<[keyof Captured, string]> = [
  ['ofAttentionToDocument', 'Of the attention that goes to the document, the share that goes to the blocks read (denominator: the document\'s keys; each query weighs as much as it attends to the document):'],
  ['ofDocument', 'The same, each query weighing the same (denominator: the document\'s keys):'],
  ['ofAll', 'Of all attention (denominator: prefix with the sink, document, new tokens; prefix and new tokens are always read):'],
];

const BY: Record<Rule, string> = {
  known: 'the attention itself (best possible)', max: 'largest score of keys without positions', mean: 'mean score of keys without positions',
  'max and window': 'half the last blocks, half by largest score', 'retrieval heads': 'mean score of the retrieval heads',
};
const SCOPE_NAMES = { row: 'token and query head', 'KV head': 'KV head', layer: 'layer', 'all layers': 'all layers and heads' };

export function capturedText({ numTokens, numBlocks, numQuestions, share, rows, layers }: CapturedFigures): string {
  const lines = [
    `${numTokens} tokens, ${numBlocks} blocks, ${numQuestions} questions; queries: all tokens of the question; full-attention layers; mean over layers, heads, tokens and questions.`,
    `The document has ${short(share)} of all attention.`, '',
  ];
  for (const [key, title] of TABLES) lines.push(title, '', ...table(rows, key), '');
  lines.push('At 1/8 of the blocks, of the attention that goes to the document, layer by layer; share: the document\'s of all attention:', '', ...byLayer(layers), '');
  return lines.join('\n');
}

function table(rows: readonly CapturedRow[], key: keyof Captured): string[] {
  const choices = [...new Map(rows.map((row) => [`${row.scope} ${row.rule}`, row])).values()];
  return [
    `| one choice for each | made by | ${FRACTIONS.map((fraction) => `1/${1 / fraction}`).join(' | ')} |`, `|---|---|${'---|'.repeat(FRACTIONS.length)}`,
    ...choices.map(({ scope, rule }) => {
      const cells = FRACTIONS.map((fraction) => short(rows.find((row) => row.scope === scope && row.rule === rule && row.fraction === fraction)![key]));
      return `| ${SCOPE_NAMES[scope]} | ${BY[rule]} | ${cells.join(' | ')} |`;
    }),
  ];
}

function byLayer(layers: readonly LayerRow[]): string[] {
  const cell = (layer: number, scope: LayerRow['scope'], rule: Rule): string => short(layers.find((row) => row.layer === layer && row.scope === scope && row.rule === rule)!.ofAttentionToDocument);
  return [
    '| layer | share | KV head, known | KV head, largest score | KV head, window | layer, known | all layers, known | all layers, retrieval heads |', '|---|---|---|---|---|---|---|---|',
    ...[...new Set(layers.map(({ layer }) => layer))].map((layer) => (
      `| ${layer} | ${short(layers.find((row) => row.layer === layer)!.share)} | ${cell(layer, 'KV head', 'known')} | ${cell(layer, 'KV head', 'max')} | ${cell(layer, 'KV head', 'max and window')} | ${cell(layer, 'layer', 'known')} | ${cell(layer, 'all layers', 'known')} | ${cell(layer, 'all layers', 'retrieval heads')} |`)),
  ];
}

const short = (x: number): string => (x >= 0.9995 ? '1.000' : x.toFixed(3).replace(/^0/, ''));
