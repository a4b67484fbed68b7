// Models that think aloud write <think>...</think> before their answer: that part is not the answer.

const OPEN = '<think>';
const CLOSE = '</think>';

/** What of the text so far is answer; '' while it is not known yet, or still thought. */
export function withoutThinking(text: string): string {
  const start = text.trimStart();
  if (start.length < OPEN.length && OPEN.startsWith(start)) return '';
  if (!start.startsWith(OPEN)) return text;
  const end = start.indexOf(CLOSE);
  return end < 0 ? '' : start.slice(end + CLOSE.length).trimStart();
}
