// Sets of routes: how they are written, and those that are compared when none are named.
import { ROUTES, type Route } from '@lectern/shared';

/** 'attention+bm25' */
export const routesName = (routes: readonly Route[]): string => routes.join('+');

/** All together, each that finds alone, all but attention (what the model's own attention is worth) and all but the second look. */
export function defaultRouteSets(routes: readonly Route[]): Route[][] {
  const without = (left: Route): Route[] => routes.filter((route) => route !== left);
  const sets: Route[][] = [[...routes], ...without('second-look').map((route) => [route]), without('attention'), without('second-look')];
  const names = sets.map(routesName);
  return sets.filter((set, i) => set.length > 0 && names.indexOf(routesName(set)) === i);
}

/** 'attention+bm25,bm25' -> sets, each in the order of ROUTES; undefined with an unknown route in it. */
export function parseRouteSets(text: string): Route[][] | undefined {
  const sets = text.split(',').map((set) => set.split('+').map((name) => name.trim()));
  if (sets.flat().some((name) => !(ROUTES as readonly string[]).includes(name))) return undefined;
  return sets.map((set) => ROUTES.filter((route) => set.includes(route)));
}
