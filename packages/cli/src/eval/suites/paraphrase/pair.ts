/** A fact as a sentence for a 19th-century novel, a question about it in other words, and the answer as the sentence has it. */
export type Pair = readonly [sentence: string, question: string, answer: string];
