// The most frequent words of the documents, with how often each occurs and the first sentence that holds it.
import type { AskOptions, AskResult, ReaderContext, ReadingSource } from '../../contract.ts';
import { AnswerText } from '../answer-text.ts';
import { Work } from '../work.ts';
import { FirstSentences, WordCounts } from './frequent-words.ts';
import { scanSentences } from './sentence-scan.ts';
import { spanOf } from './span-of.ts';

/** `most`: how many words. The counts are the answer, and no quotation carries them: it is not marked supported. */
export async function askFrequentWords(ctx: ReaderContext, readings: readonly ReadingSource[], options: AskOptions, most: number): Promise<AskResult> {
  const { question, control } = options;
  const work = new Work(ctx, readings, options, { finds: 1, readings: 0, times: Number.POSITIVE_INFINITY });
  await work.find(question, options.routes.filter((route) => route !== 'second-look')); // what passages say does not count here
  const counts = new WordCounts();
  const { isCut, seconds } = await scanSentences(ctx, readings, control, (sentence) => counts.add(sentence));
  const words = counts.most(most);
  const first = new FirstSentences(words.map(({ word }) => word));
  work.addFinding(seconds + (await scanSentences(ctx, readings, control, (sentence) => first.add(sentence))).seconds);
  if (isCut) work.notes.add('the documents are longer than can be looked at whole: what follows counts their first part only');
  if (counts.low > 0) work.notes.add(`there are more different words than are counted at once: each count may be up to ${counts.low} too low`);
  work.notes.add('words that only join others (the, of, and, ...) and bare numbers are not counted; the quotations are the first sentences that hold the words');
  const answer = new AnswerText(options.onDelta, true);
  answer.add(words.map(({ word, count }) => `${word} (${count})`).join(', '));
  const spans = await Promise.all([...new Set(first.found.values())].map((sentence) => spanOf(work.places, sentence)));
  work.tell({ question, found: (await Promise.all(spans.map((span) => work.quote(span)))).flat(), answer: answer.text, supported: false });
  return work.result(answer.text, false);
}
