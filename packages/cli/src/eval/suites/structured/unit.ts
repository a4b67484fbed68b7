// A reference work in parts: what may be chosen for a document, and the facts in it that a question can be made of.

export interface Unit {
  /** Headings that are open here, outermost first, in the work's own mark-up. */
  headings: readonly string[];
  /** In the work's own mark-up. */
  body: string;
  /** The body as it is extracted, without white space at its ends. */
  text: string;
  facts: readonly UnitFact[];
}

export interface UnitFact {
  /** Of one entry and field: where several units state the same fact, any of them answers. */
  key: string;
  question: string;
  answers: readonly string[];
  /** The line that holds the answer: UTF-16 range of the unit's text. */
  start: number;
  end: number;
}

export interface Work {
  /** Row of the per-task table. */
  task: string;
  units: readonly Unit[];
}
