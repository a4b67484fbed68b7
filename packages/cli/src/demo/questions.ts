// What the demo asks, and what a right answer must contain. Facts that the book states in one
// place, and that the default model reads off it: a bigger one can be asked more.

export interface DemoQuestion {
  question: string;
  /** Matches a right answer. */
  answer: RegExp;
  expected: string;
}

export const DEMO_QUESTIONS: readonly DemoQuestion[] = [
  { question: "How long was the Sperm Whale's skeleton at Tranque?", answer: /seventy-two|\b72\b/i, expected: 'seventy-two feet (chapter 103)' },
  { question: 'Who is the proprietor of the Try Pots?', answer: /Hosea Hussey/i, expected: 'Hosea Hussey (chapter 15)' },
  { question: 'What is ambergris used for?', answer: /perfum/i, expected: 'perfumery and more (chapter 92)' },
];
