// How answers are made: the modes of a question to Lectern, and the model's own window to compare with.
import { ASK_MODES } from '@lectern/shared';

/** dense: the whole document stands in the model's own window, nothing is found. */
export const EVAL_MODES = [...ASK_MODES, 'dense'] as const;
export type EvalMode = (typeof EVAL_MODES)[number];
