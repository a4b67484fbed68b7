// Score of an answer, 0 to 1, by the rules of its suite.
import { answerContains, normalizeAnswer } from '@lectern/reader';
import { BABI_LABELS } from './data/babi.ts';
import type { EvalQuestion } from './contract.ts';

export type Judged = Pick<EvalQuestion, 'task' | 'question' | 'answers' | 'judge'>;
export type Judge = (question: Judged, answer: string) => number;

/** any: 1 with one of the answers. all: the share of the answers that are there. exact: 1 when it is one of them and nothing else. */
const judgeWith = (contains: (answer: string, expected: string) => boolean): Judge => ({ answers, judge }, answer) => {
  if (judge === 'exact') return Number(answers.some((expected) => normalizeAnswer(expected) === normalizeAnswer(answer)));
  const found = answers.filter((expected) => contains(answer, expected)).length;
  return judge === 'all' ? found / answers.length : Number(found > 0);
};

/** Whole words, in order; case, punctuation, accents, articles and thousands separators do not matter. */
export const judgeByWords: Judge = judgeWith(answerContains);

/** RULER's string_match_all and string_match_part: the characters, whatever their case. */
export const judgeRuler: Judge = judgeWith((answer, expected) => answer.toLowerCase().includes(expected.toLowerCase()));

/** InfiniteBench: the first whole number of the answer is the key; for key-value pairs the value is among the words. */
export const judgeRetrieval: Judge = (question, answer) => {
  if (question.task === 'kv') return judgeByWords(question, answer);
  return Number(/\d+/.exec(answer)?.[0] === question.answers[0]);
};

/** BABILong: of the task's labels the first sentence holds the right one and, but for those of the question, no other. */
export const judgeBabilong: Judge = ({ task, question, answers }, answer) => {
  const said = answer.toLowerCase().split('.')[0]!.split('<context>')[0]!.split('<example>')[0]!.split('question')[0]!;
  const labels = BABI_LABELS[task as keyof typeof BABI_LABELS].filter((label) => said.includes(label) && !question.toLowerCase().includes(label));
  return Number(labels.length === 1 && labels[0] === answers[0]!.toLowerCase());
};
