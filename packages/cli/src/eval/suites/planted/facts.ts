// Facts to plant in a real text: natural sentences of varied form, each with a question and its answer.
// Every entity is used once, so no two facts answer the same question; several facts share a form, so the name must be found, not the form.
import type { Fact, Random } from '@lectern/reader';
import * as names from './names.ts';


/** Unused names of each kind. */
type Pools = ReturnType<typeof createPools>;
function createPools() {
  return {
    first: [...names.FIRST],
    last: new Names(names.LAST, names.MORE_LAST), town: new Names(names.TOWN, names.MORE_TOWN), ship: new Names(names.SHIP, names.MORE_SHIP),
    thing: new Names(names.THING, names.MORE_THING), pet: new Names(names.PET, names.MORE_PET),
  };
}

/** Names that are each taken once: at random among the first list, then among the second. */
class Names {
  readonly #lists: string[][];

  constructor(...lists: ReadonlyArray<readonly string[]>) {
    this.#lists = lists.map((list) => [...list]);
  }

  take(random: Random): string {
    const list = this.#lists.find(({ length }) => length > 0);
    if (list === undefined) throw new RangeError('a kind of name is used up');
    return random.take(list);
  }
}

type Form = (r: Random, p: Pools) => Fact;
const person = (r: Random, p: Pools): string => `${p.first.length ? r.take(p.first) : r.pick(names.FIRST)} ${p.last.take(r)}`;

const FORMS: Form[] = [
  (r, p) => { const [n, t] = [person(r, p), p.town.take(r)]; return { sentence: `In those years the lighthouse at ${t} was kept by a widower named ${n}.`, question: `Who kept the lighthouse at ${t}?`, answer: n }; },
  (r, p) => { const [s, y] = [p.ship.take(r), 1710 + r.below(180)]; return { sentence: `The schooner ${s}, as every child along that coast could tell you, was launched in ${y}.`, question: `In what year was the schooner ${s} launched?`, answer: String(y) }; },
  (r, p) => { const [n, i] = [person(r, p), r.pick(names.INSTRUMENT)]; return { sentence: `After supper ${n} would take up the ${i} and play until the candles had burned low.`, question: `Which instrument did ${n} play after supper?`, answer: i }; },
  (r, p) => { const [t, c] = [p.town.take(r), r.pick(names.COLOUR)]; return { sentence: `By order of the council, the doors of the town hall in ${t} are painted ${c}.`, question: `What colour are the doors of the town hall in ${t}?`, answer: c }; },
  (r, p) => { const [n, f] = [person(r, p), r.pick(names.FOOD)]; return { sentence: `Nothing in the world pleased ${n} so much as a plate of ${f}.`, question: `What dish pleased ${n} most?`, answer: f }; },
  (r, p) => { const [n, a, k] = [person(r, p), r.pick(names.ANIMAL), p.pet.take(r)]; return { sentence: `${n} owned a ${a} that answered to the name of ${k}.`, question: `What was the name of the ${a} that ${n} owned?`, answer: k }; },
  (r, p) => { const [t, k] = [p.town.take(r), 20 + r.below(900)]; return { sentence: `From the bell tower of ${t} one counts exactly ${k} steps down to the market square.`, question: `How many steps lead down from the bell tower of ${t} to the market square?`, answer: String(k) }; },
  (r, p) => { const [n, w] = [person(r, p), r.pick(names.TRADE)]; return { sentence: `Before the war ${n} had earned a living as a ${w}, and was thought the best in the county.`, question: `How did ${n} earn a living before the war?`, answer: w }; },
  (r, p) => { const [o, n] = [p.thing.take(r), person(r, p)]; return { sentence: `The ${o} on the mantelpiece had once been a present from ${n}.`, question: `Who had given the ${o} on the mantelpiece as a present?`, answer: n }; },
  (r, p) => { const [n, c] = [person(r, p), r.pick(names.CITY)]; return { sentence: `It was in ${c}, far from home, that ${n} was born.`, question: `In which city was ${n} born?`, answer: c }; },
  (r, p) => { const [t, m] = [p.town.take(r), r.pick(names.MONTH)]; return { sentence: `Each year, in the first week of ${m}, the people of ${t} hold their great horse fair.`, question: `In which month do the people of ${t} hold their horse fair?`, answer: m }; },
  (r, p) => { const [o, k] = [p.thing.take(r), 11 + r.below(480)]; return { sentence: `At the auction the ${o} went for no more than ${k} guineas.`, question: `For how many guineas did the ${o} go at the auction?`, answer: String(k) }; },
  (r, p) => { const [s, n] = [p.ship.take(r), person(r, p)]; return { sentence: `Command of the ${s} passed that winter to ${n}, who had never been to sea.`, question: `To whom did command of the ${s} pass that winter?`, answer: n }; },
  (r, p) => { const [n, t] = [person(r, p), p.town.take(r)]; return { sentence: `${n} moved into a small cottage near ${t} and was seldom seen again.`, question: `Near which town did ${n} move into a small cottage?`, answer: t }; },
  (r, p) => { const [n, f] = [person(r, p), r.pick(names.FLOWER)]; return { sentence: `Along the garden wall ${n} had planted nothing but ${f}.`, question: `What had ${n} planted along the garden wall?`, answer: f }; },
  (r, p) => { const [t, c] = [p.town.take(r), 1000 + r.below(8999)]; return { sentence: `The strongroom of the bank at ${t} opened only to the number ${c}.`, question: `Which number opened the strongroom of the bank at ${t}?`, answer: String(c) }; },
];

/** n different facts; forms take turns in a random order. The first of them do not depend on n. */
export function makeFacts(n: number, random: Random): Fact[] {
  if (n > MAX_FACTS) throw new RangeError(`${n} facts asked for, at most ${MAX_FACTS} without repeating a name`);
  const pools = createPools();
  const facts: Fact[] = [];
  let forms: Form[] = [];
  while (facts.length < n) {
    if (forms.length === 0) forms = [...FORMS];
    facts.push(random.take(forms)(random, pools));
  }
  return facts;
}
/** Of one document: names of each kind suffice for so many. */
export const MAX_FACTS = 200;
