// Questions as JSON lines: {"id": ..., "question": ...}. Checked whole before the first is asked.
import { readFile, stat } from 'node:fs/promises';
import { MAX_QUESTION_CHARS, ServiceError } from '@lectern/shared';
import { z } from 'zod';

const MAX_FILE_BYTES = 16 * 2 ** 20;

const questionLineSchema = z.strictObject({
  id: z.union([z.string().min(1).max(200), z.number()]),
  question: z.string().trim().min(1).max(MAX_QUESTION_CHARS),
});
export type QuestionLine = z.infer<typeof questionLineSchema>;

export async function readQuestions(path: string): Promise<QuestionLine[]> {
  const text = await readText(path);
  const questions = text.split('\n').flatMap((line, i) => line.trim() === '' ? [] : [parseLine(line, `${path}, line ${i + 1}`)]);
  if (questions.length === 0) throw new ServiceError('VALIDATION', `${path} holds no question; one JSON object per line is expected`);
  return questions;
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) throw new ServiceError('VALIDATION', `${path} holds ${size} bytes; the limit for questions is ${MAX_FILE_BYTES}`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw new ServiceError('NOT_FOUND', `cannot read the questions: ${(error as Error).message}`, { cause: error });
  }
}

function parseLine(line: string, place: string): QuestionLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new ServiceError('BAD_JSON', `${place}: ${(error as Error).message}`, { cause: error });
  }
  const parsed = questionLineSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ServiceError('VALIDATION', `${place}: ${parsed.error.issues.map((i) => `${i.path.join('.') || 'line'}: ${i.message}`).join('; ')}`);
}
