// All pairs, written for this project by hand. They do not answer each other's questions.
import type { Pair } from '../pair.ts';
import { EVENTS } from './events.ts';
import { PEOPLE } from './people.ts';
import { PLACES } from './places.ts';
import { THINGS } from './things.ts';

export const PAIRS: readonly Pair[] = [...PEOPLE, ...PLACES, ...THINGS, ...EVENTS];
