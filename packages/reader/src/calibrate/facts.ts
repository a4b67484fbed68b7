// Calibration's own facts: invented sentences with a question each, to plant in a real text. Two sets that share no sentence form and no
// name: heads are chosen on the one and reported on the other. Half of the questions use other words than their sentence.
import * as names from './names.ts';
import type { Names } from './names.ts';
import type { Fact } from './plant.ts';
import type { Random } from './random.ts';

export type ExamSet = 'choose' | 'report';

/** Most facts of one set before a name would repeat. */
export const MAX_FACTS = 48;

type Form = (r: Random, n: Names) => Fact;

const person = (r: Random, n: Names): string => `${r.pick(n.first)} ${r.take(n.last)}`;
const number = (r: Random, low: number, high: number): string => String(low + r.below(high - low));
const fact = (sentence: string, question: string, answer: string): Fact => ({ sentence, question, answer });

const CHOOSING_FORMS: readonly Form[] = [
  (r, n) => { const [p, t] = [person(r, n), r.take(n.town)]; return fact(`The windmill at ${t} belonged in those days to a certain ${p}, who let nobody else grind there.`, `Who owned the windmill at ${t}?`, p); },
  (r, n) => { const [p, c] = [person(r, n), r.pick(names.CITIES)]; return fact(`${p} had gone to school in ${c} and spoke of it all the time.`, `Where was ${p} educated?`, c); },
  (r, n) => { const [t, y] = [r.take(n.town), number(r, 1620, 1890)]; return fact(`The great fire of ${t} broke out in ${y}, on a market day.`, `In what year did the great fire of ${t} break out?`, y); },
  (r, n) => { const [p, a] = [person(r, n), r.pick(names.ANIMALS)]; return fact(`Wherever one met ${p}, a tame ${a} was never far behind.`, `Which animal accompanied ${p}?`, a); },
  (r, n) => { const [h, c] = [r.take(n.house), r.pick(names.COLOURS)]; return fact(`All the shutters of ${h} had been painted ${c} at the owner's wish.`, `What colour are the shutters of ${h}?`, c); },
  (r, n) => { const [p, w] = [person(r, n), r.pick(names.TRADES)]; return fact(`Few people knew that ${p} had trained as a ${w}.`, `What trade had ${p} learned?`, w); },
  (r, n) => { const [o, p] = [r.take(n.thing), person(r, n)]; return fact(`The ${o} in the hall was bought by ${p} at a country sale.`, `Who bought the ${o}?`, p); },
  (r, n) => { const [t, m] = [r.take(n.town), r.pick(names.MONTHS)]; return fact(`In ${t} the boat races are always held in ${m}, whatever the weather.`, `When do the boat races take place in ${t}?`, m); },
  (r, n) => { const [p, i] = [person(r, n), r.pick(names.INSTRUMENTS)]; return fact(`On Sundays ${p} played the ${i} for the neighbours.`, `What instrument did ${p} play on Sundays?`, i); },
  (r, n) => { const [f, k] = [r.take(n.firm), number(r, 12, 950)]; return fact(`At the turn of the year ${f} gave work to ${k} men and women.`, `How many people were employed by ${f}?`, k); },
  (r, n) => { const [p, d] = [person(r, n), r.pick(names.DISHES)]; return fact(`There was no supper that ${p} liked better than ${d}.`, `What was the favourite meal of ${p}?`, d); },
  (r, n) => { const [t, k] = [r.take(n.town), number(r, 1100, 9900)]; return fact(`The clerk of ${t} counted ${k} inhabitants in the parish register.`, `How many inhabitants did the clerk of ${t} count?`, k); },
];

const REPORTING_FORMS: readonly Form[] = [
  (r, n) => { const [p, t] = [person(r, n), r.take(n.town)]; return fact(`It was ${p} who drew the plans for the new theatre in ${t}.`, `Who was the architect of the theatre in ${t}?`, p); },
  (r, n) => { const [p, c] = [person(r, n), r.pick(names.CITIES)]; return fact(`After the wedding ${p} settled in ${c} for good.`, `In which city did ${p} settle after the wedding?`, c); },
  (r, n) => { const [t, y] = [r.take(n.town), number(r, 1640, 1910)]; return fact(`The railway did not reach ${t} until ${y}, and half the town turned out to see it.`, `When did the first train come to ${t}?`, y); },
  (r, n) => { const [p, a] = [person(r, n), r.pick(names.ANIMALS)]; return fact(`For company ${p} kept a ${a} in the front room.`, `What pet did ${p} have?`, a); },
  (r, n) => { const [h, p] = [r.take(n.house), person(r, n)]; return fact(`The last tenant of ${h}, before the roof fell in, was ${p}.`, `Who was the last tenant of ${h}?`, p); },
  (r, n) => { const [p, w] = [person(r, n), r.pick(names.TRADES)]; return fact(`${p} was by trade a ${w}, like three generations before.`, `What was the occupation of ${p}?`, w); },
  (r, n) => { const [o, k] = [r.take(n.thing), number(r, 15, 800)]; return fact(`The ${o} was insured for ${k} pounds, which everyone thought absurd.`, `For how many pounds was the ${o} insured?`, k); },
  (r, n) => { const [t, m] = [r.take(n.town), r.pick(names.MONTHS)]; return fact(`The cattle market of ${t} closes for the whole of ${m}.`, `In which month does the cattle market of ${t} stay closed?`, m); },
  (r, n) => { const [p, i] = [person(r, n), r.pick(names.INSTRUMENTS)]; return fact(`Nobody had ever taught ${p}, yet the ${i} held no secrets there.`, `Which instrument had ${p} mastered without lessons?`, i); },
  (r, n) => { const [f, c] = [r.take(n.firm), r.pick(names.COLOURS)]; return fact(`Every wagon of ${f} could be known from afar by its ${c} wheels.`, `What colour were the wheels of the wagons of ${f}?`, c); },
  (r, n) => { const [p, g] = [person(r, n), r.pick(names.PLANTS)]; return fact(`Behind the house ${p} grew nothing but ${g}.`, `What was cultivated in the garden of ${p}?`, g); },
  (r, n) => { const [t, k] = [r.take(n.town), number(r, 110, 990)]; return fact(`The well in the castle yard of ${t} is ${k} feet deep.`, `How deep is the well in the castle yard of ${t}?`, k); },
];

const SETS: Record<ExamSet, { names: Readonly<Names>; forms: readonly Form[] }> = {
  choose: { names: names.CHOOSING_NAMES, forms: CHOOSING_FORMS },
  report: { names: names.REPORTING_NAMES, forms: REPORTING_FORMS },
};

/** Forms take turns in a random order; each name is used once. */
export function makeFacts(set: ExamSet, count: number, random: Random): Fact[] {
  if (count > MAX_FACTS) throw new RangeError(`${count} facts asked for, at most ${MAX_FACTS} without repeating a name`);
  const pools = structuredClone(SETS[set].names) as Names;
  const facts: Fact[] = [];
  let forms: Form[] = [];
  while (facts.length < count) {
    if (forms.length === 0) forms = [...SETS[set].forms];
    facts.push(random.take(forms)(random, pools));
  }
  return facts;
}
