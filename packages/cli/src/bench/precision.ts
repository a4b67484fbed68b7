// What 8-bit arithmetic costs in quality: next tokens and perplexity over a book, against the f32 path of the same engine.
import { compareScores, createTokenizer, loadFile, loadTransformer, type Precision, scoreText, type TextScore } from '@lectern/model';

export interface PrecisionFigures {
  device: string;
  numTokens: number;
  /** Share of places with the same next token. */
  agreement: number;
  f32Perplexity: number;
  int8Perplexity: number;
}

export async function benchPrecision(path: string, text: string, numTokens: number, numThreads: number, onPart: (done: string) => void): Promise<PrecisionFigures> {
  const { file } = await loadFile(path);
  const tokenizer = createTokenizer(file);
  const { ids } = tokenizer.encode(text);
  const texts: Int32Array[] = [];
  const partTokens = Math.min(PART_TOKENS, file.config.contextLength);
  for (let from = 0; from < numTokens && from < ids.length; from += partTokens - 1) {
    const part = ids.subarray(from, Math.min(from + partTokens - 1, numTokens));
    texts.push(tokenizer.bosToken === undefined ? part : Int32Array.of(tokenizer.bosToken, ...part));
  }
  let device = '';
  const score = async (precision: Precision): Promise<TextScore[]> => {
    const transformer = await loadTransformer(file, { numThreads, precision, engines: ['native'] });
    try {
      device = `native ${transformer.device}`;
      if (!transformer.device.includes(precision)) throw new Error(`${precision} was asked for, what runs is ${device}`);
      const scores: TextScore[] = [];
      for (const [i, tokens] of texts.entries()) {
        scores.push(await scoreText(transformer, tokens));
        onPart(`${precision}, part ${i + 1} of ${texts.length}`);
      }
      return scores;
    } finally {
      transformer.dispose();
    }
  };
  const { numTokens: compared, agreement, perplexities } = compareScores(await score('f32'), await score('int8'));
  return { device, numTokens: compared, agreement, f32Perplexity: perplexities[0], int8Perplexity: perplexities[1] };
}

const PART_TOKENS = 1024; // a chunk of a reading

export const precisionText = (f: PrecisionFigures): string =>
  `int8 against f32 over ${f.numTokens} tokens: ${(100 * f.agreement).toFixed(2)} % of next tokens are the same; perplexity `
  + `${f.int8Perplexity.toFixed(3)} against ${f.f32Perplexity.toFixed(3)} (${(100 * (f.int8Perplexity / f.f32Perplexity - 1)).toFixed(2)} %)\n`;
