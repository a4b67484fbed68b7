// XQuAD English (CC BY-SA 4.0): 240 paragraphs of 48 articles of SQuAD 1.1 with 1,190 questions.
import { z } from 'zod';
import type { SuiteOptions } from '../contract.ts';
import { type PublicFile, readPublicFile } from './public-file.ts';

export const XQUAD_FILE: PublicFile = {
  path: 'xquad.en.json',
  url: 'https://raw.githubusercontent.com/google-deepmind/xquad/7d30520c717524000f0d9d2f9c10a069acd9d285/xquad.en.json',
  sha256: 'e4c57d1c9143aaa1c5d265ba5987a65f4e69528d2a98f29d6e75019b10344f29',
  maxBytes: 2 ** 20,
};

export interface XquadQuestion {
  id: string;
  question: string;
  answers: string[];
  /** UTF-16 unit of the paragraph where the first answer begins. */
  answerStart: number;
}

export interface XquadParagraph {
  /** Index of its article: paragraphs of one article are about the same thing. */
  article: number;
  title: string;
  text: string;
  questions: XquadQuestion[];
}

const schema = z.object({
  data: z.array(z.object({
    title: z.string(),
    paragraphs: z.array(z.object({
      context: z.string(),
      qas: z.array(z.object({ id: z.string(), question: z.string(), answers: z.array(z.object({ text: z.string(), answer_start: z.int().min(0) })).min(1) })),
    })),
  })),
});

export async function loadXquad(options: Pick<SuiteOptions, 'dataFolder' | 'say'>): Promise<XquadParagraph[]> {
  const { data } = schema.parse(JSON.parse(await readPublicFile(XQUAD_FILE, options)));
  return data.flatMap(({ title, paragraphs }, article) => paragraphs.map(({ context, qas }) => {
    const text = context.trim();
    const cut = context.length - context.trimStart().length;
    return {
      article, title: title.replaceAll('_', ' '), text,
      questions: qas.map(({ id, question, answers }) => ({
        id, question: question.trim(),
        answers: [...new Set(answers.map((answer) => answer.text.trim()))],
        // Counted in code points by the data set.
        answerStart: [...context].slice(0, answers[0]!.answer_start).join('').length - cut,
      })),
    };
  }));
}
