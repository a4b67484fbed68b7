// Words that carry meaning, as finding sees them: lower case, stems, without the words that any English sentence may hold.
import { wordsOf } from '@lectern/reader';

const STOP_WORDS = `a about above after again against all also am an and another any anybody anyone anything are as at be because been before being below between beyond
both but by can cannot could did do does done down during each either else ever every everybody everyone everything few for forth from had has have he
her here hers herself him himself his how i if in into is it its itself just many may me might mine more most must my myself near neither never no
nobody none nor not nothing now of off on once only onto or other others our ours out over own per shall she should since so some somebody something
still take than that the their theirs them themselves then there these they this those though through till to too toward towards under until up upon
us very was we were what whatever when whenever where whether which while who whole whom whose why will with within without would yet you your yours`;

const stems = (text: string): string[] => Array.from(wordsOf(text), (word) => word.stem);
const STOP_STEMS = new Set(stems(STOP_WORDS));

/** Distinct stems of a text that are no stop-words. */
export const contentStems = (text: string): Set<string> => new Set(stems(text).filter((stem) => !STOP_STEMS.has(stem)));
