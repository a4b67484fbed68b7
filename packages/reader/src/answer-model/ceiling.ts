// How far a reader's answers can be trusted: what calibration measured of it, and what follows.
import type { CatalogEntry } from '@lectern/model';
import { wilson } from '../interval.ts';
import type { AnswerModel } from './contract.ts';

/**
 * A reader whose ceiling may be below this is likelier wrong than right once finding has its share: with the right passage in hand it
 * answers less than .6, and finding puts that passage before it some 8 or 9 times of 10.
 */
export const LOW_CEILING = 0.6;

/** The measured share, and the lower end of its interval: few questions prove little. The share is stored rounded, the hits it came from are whole. */
export function ceilingOf(entry: CatalogEntry | undefined): { ceiling: number | undefined; ceilingLow: number | undefined } {
  if (entry?.reading === undefined) return { ceiling: undefined, ceilingLow: undefined };
  const { ceiling, numQuestions } = entry.reading;
  return { ceiling, ceilingLow: wilson({ hits: Math.round(ceiling * numQuestions), n: numQuestions }).low };
}

/** What nobody measured is not known to be good. A remote model is its user's choice, and nothing here can tell which one answers. */
export const isUncertain = ({ kind, ceilingLow }: Pick<AnswerModel, 'kind' | 'ceilingLow'>): boolean =>
  kind === 'local' && (ceilingLow === undefined || ceilingLow < LOW_CEILING);
