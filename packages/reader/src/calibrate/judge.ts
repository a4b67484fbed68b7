// Whether an answer contains the expected one: compared as lower-case words without punctuation, articles or thousands separators.

export function normalizeAnswer(text: string): string {
  return ` ${text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/(\d),(?=\d{3})/gu, '$1')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(/\b(the|a|an)\b/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()} `;
}

/** The expected words stand in the answer, in order and whole. */
export function answerContains(answer: string, expected: string): boolean {
  return normalizeAnswer(answer).includes(normalizeAnswer(expected));
}
