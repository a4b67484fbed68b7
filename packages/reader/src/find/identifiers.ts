// Questions that quote what only its own letters and digits tell: a key, a code, a serial number. Meaning says nothing about these.
/** What stands between white space, quotation marks and brackets. */
const QUOTED = /[^\s"'“”„‘’«»()[\]{}<>,;?!]+/gu;
/** Letters and digits together, six of them or more, or a number of five digits or more: not a year, nor "20th". */
const IDENTIFIER = /^(?=.*\p{N})(?=.*\p{L}).{6,}$|\p{N}{5,}/u;

export const quotesIdentifier = (question: string): boolean => (question.match(QUOTED) ?? []).some((part) => IDENTIFIER.test(part));
