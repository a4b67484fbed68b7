// A model file on this machine as the model that answers. No retrieval settings are needed: it never finds anything.
import type { ModelFile } from '@lectern/model';
import { frameOf, prefixContext, promptKindOf } from '../frame.ts';
import type { ReaderModel } from '../contract.ts';
import { answerTaskBytes } from '../estimates.ts';
import { generateAnswer } from '../ask/generate.ts';
import { ANSWER_END, rereadPrompt, SPAN_BEGINNING } from '../ask/prompt.ts';
import { answerSpan } from '../ask/span/answer-span.ts';
import { asksForSpan } from '../ask/span/asks-for-span.ts';
import { ceilingOf, LOW_CEILING } from './ceiling.ts';
import { type AnswerModel, type AnswerPrompt, MANY_HITS } from './contract.ts';

export type LocalModel = Pick<ReaderModel, 'id' | 'file' | 'tokenizer' | 'chat' | 'transformer' | 'entry'>;

/** Of a small reader: the sentence is chosen from three; a passage is shown whole alone, as it was when that was measured to be better. */
const FEW_HITS: Record<AnswerModel['reads'], number> = { sentence: 3, passages: 1 };

/** Parameters from which a model that nobody measured is shown whole passages. A 135M one is misled by them (ask/focus.ts). */
const MANY_PARAMETERS = 1e9;

const readers = new WeakMap<LocalModel['transformer'], AnswerModel>();

/** One per loaded model. */
export function localReader(model: LocalModel): AnswerModel {
  const known = readers.get(model.transformer);
  if (known !== undefined) return known;
  const made = createLocalReader(model);
  readers.set(model.transformer, made);
  return made;
}

/** `reads`: what it is shown; by default what it was measured to answer better from, else by its ceiling or size. */
export function createLocalReader(model: LocalModel, reads: AnswerModel['reads'] = defaultReads(model)): AnswerModel {
  const { id, tokenizer, transformer, entry } = model;
  const kind = promptKindOf(model);
  const { prefixIds, tailIds } = frameOf(model);
  const contentIds = ({ passages, question }: AnswerPrompt): Int32Array => tokenizer.encode(rereadPrompt(passages, question, { kind, reads })).ids;
  const beginningIds = tokenizer.encode(SPAN_BEGINNING[kind]).ids;
  return {
    id, kind: 'local', name: entry?.name ?? transformer.config.name, contextLength: transformer.config.contextLength, ...ceilingOf(entry), reads,
    numHits: isStrong(model) && reads === 'passages' ? MANY_HITS : FEW_HITS[reads],
    taskBytes: answerTaskBytes(transformer),
    countTokens: (prompt) => prefixIds.length + contentIds(prompt).length + tailIds.length + beginningIds.length,
    async answer(prompt, options) {
      const tokens = Int32Array.of(...contentIds(prompt), ...tailIds);
      if (reads === 'sentence' && asksForSpan(prompt.question)) {
        const span = await answerSpan(model, Int32Array.of(...tokens, ...beginningIds), prompt, options);
        if (span !== undefined) return span;
      }
      const context = transformer.context([{ kind: 'prefix', context: await prefixContext(model) }], prefixIds.length + tokens.length + options.maxOutputTokens);
      try {
        return await generateAnswer(model, context, tokens, { ...options, end: ANSWER_END[kind] });
      } finally {
        context.dispose();
      }
    },
  };
}

const defaultReads = (model: LocalModel): AnswerModel['reads'] => model.entry?.reading?.reads ?? (isStrong(model) ? 'passages' : 'sentence');

function isStrong({ entry, file }: LocalModel): boolean {
  const { ceilingLow } = ceilingOf(entry);
  return ceilingLow === undefined ? numParameters(file) >= MANY_PARAMETERS : ceilingLow >= LOW_CEILING;
}

const numParameters = ({ tensors }: ModelFile): number =>
  [...tensors.values()].reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
