// What the demo asks, and what a right answer must contain. The answers are facts that the book states once or twice, in one place.

export interface DemoQuestion {
  question: string;
  /** What a right answer says; any of them. */
  answer: RegExp;
  expected: string;
}

export const DEMO_QUESTIONS: readonly DemoQuestion[] = [
  { question: 'What did Ahab nail to the mast as a reward for the man who sights the white whale?', answer: /gold|doubloon|ounce/i, expected: 'a gold doubloon' },
  { question: 'What is the name of the ship that picked up Ishmael at the end?', answer: /rachel/i, expected: 'the Rachel' },
  { question: 'What was the name of the innkeeper of the Spouter Inn?', answer: /coffin/i, expected: 'Peter Coffin' },
];
