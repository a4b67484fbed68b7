// Facts to plant in a real text: natural sentences of varied form, each with a question and its answer.
// Every entity is used once, so no two facts answer the same question; several facts share a form, so the name must be found, not the form.
import type { Fact, Random } from '@lectern/reader';

const FIRST = ['Magnus', 'Ottilie', 'Hamid', 'Rosalind', 'Tobias', 'Ingrid', 'Caspar', 'Nadia', 'Leopold', 'Yvette', 'Anselm', 'Priya', 'Gideon', 'Marguerite', 'Stefan', 'Beatrix', 'Lorenzo', 'Sunniva', 'Edmund', 'Keiko', 'Rafael', 'Dorothea', 'Percival', 'Amara', 'Felix', 'Henrietta', 'Oskar', 'Zelda', 'Bruno', 'Clementine', 'Ivo', 'Mathilda'];
const LAST = ['Thorne', 'Vasquez', 'Lindqvist', 'Okafor', 'Pemberton', 'Hargreaves', 'Castellano', 'Nakamura', 'Fairweather', 'Dubois', 'Eklund', 'Rosenthal', 'Whitlock', 'Moreau', 'Kowalski', 'Ashdown', 'Ferreira', 'Blackwood', 'Sandoval', 'Ibsen', 'Marchetti', 'Penrose', 'Achterberg', 'Delacroix', 'Novak', 'Tregarth', 'Halloran', 'Beaumont', 'Sorensen', 'Quigley', 'Varga', 'Winterbourne'];
const TOWN = ['Port Ellery', 'Dunmarrow', 'Kesterfield', 'Saint Orlan', 'Brackwater', 'Hollin Moor', 'Vallenby', 'Osterwick', 'Tarn Abbey', 'Greywell', 'Lower Pinnock', 'Maristow', 'Cawdry', 'Elmstead Vale', 'Rookhaven', 'Thistledown', 'Marlow Quay', 'Anstey Cross', 'Fenwick Green', 'Norrholm', 'Castle Brae', 'Wendover Bay', 'Silverdene', 'Ravensby', 'Kirkhollow', 'Easter Lorne', 'Pellmouth', 'Burnt Oak', 'Quillan', 'Stonegarth', 'Hathersby', 'Dovecote Hill'];
const SHIP = ['Amber Gull', 'Northern Lily', 'Queen Isolde', 'Patient Griselda', 'Silver Heron', 'Bold Venture', 'Mermaid of Leith', 'Golden Thistle', 'Lady Orchard', 'Swift Arrow', 'Evening Star', 'Merry Dancer', 'Iron Duchess', 'Blue Kestrel', 'Morning Glory', 'Sea Otter'];
const THING = ['brass telescope', 'ivory chessboard', 'walnut music box', 'silver inkwell', 'velvet armchair', 'porcelain clock', 'copper kettle', 'leather saddle', 'pearl necklace', 'oak writing desk', 'bronze statue', 'crystal decanter', 'silk umbrella', 'marble sundial', 'ebony flute', 'jade figurine'];
const COLOUR = ['crimson', 'turquoise', 'lavender', 'emerald', 'mustard yellow', 'scarlet', 'indigo', 'olive green', 'salmon pink', 'navy blue', 'ochre', 'violet'];
const FOOD = ['gooseberry tart', 'smoked eel', 'plum dumplings', 'saffron buns', 'pickled walnuts', 'rabbit stew', 'almond biscuits', 'roast quail', 'barley soup', 'quince jelly', 'ginger pudding', 'lemon curd'];
const TRADE = ['clockmaker', 'beekeeper', 'bookbinder', 'glassblower', 'ropemaker', 'apothecary', 'cartographer', 'stonemason', 'saddler', 'piano tuner', 'goldsmith', 'weaver'];
const ANIMAL = ['parrot', 'tortoise', 'greyhound', 'goat', 'raven', 'ferret', 'donkey', 'mastiff', 'canary', 'hedgehog', 'falcon', 'tabby cat'];
const PET = ['Pickles', 'Bramble', 'Juniper', 'Captain', 'Marzipan', 'Tuppence', 'Nettle', 'Domino', 'Biscuit', 'Rascal', 'Truffle', 'Pepper'];
const INSTRUMENT = ['cello', 'harp', 'bassoon', 'mandolin', 'accordion', 'oboe', 'viola', 'trombone', 'harpsichord', 'clarinet', 'zither', 'tuba'];
const MONTH = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const CITY = ['Lisbon', 'Trieste', 'Bergen', 'Cairo', 'Kraków', 'Havana', 'Damascus', 'Palermo', 'Riga', 'Bombay', 'Quebec', 'Salonica'];
const FLOWER = ['foxgloves', 'peonies', 'snowdrops', 'marigolds', 'hollyhocks', 'irises', 'lupins', 'dahlias'];

/** Unused names of each kind. */
type Pools = ReturnType<typeof createPools>;
function createPools() {
  return { first: [...FIRST], last: [...LAST], town: [...TOWN], ship: [...SHIP], thing: [...THING], pet: [...PET] };
}

type Form = (r: Random, p: Pools) => Fact;
const person = (r: Random, p: Pools): string => `${p.first.length ? r.take(p.first) : r.pick(FIRST)} ${r.take(p.last)}`;

const FORMS: Form[] = [
  (r, p) => { const [n, t] = [person(r, p), r.take(p.town)]; return { sentence: `In those years the lighthouse at ${t} was kept by a widower named ${n}.`, question: `Who kept the lighthouse at ${t}?`, answer: n }; },
  (r, p) => { const [s, y] = [r.take(p.ship), 1710 + r.below(180)]; return { sentence: `The schooner ${s}, as every child along that coast could tell you, was launched in ${y}.`, question: `In what year was the schooner ${s} launched?`, answer: String(y) }; },
  (r, p) => { const [n, i] = [person(r, p), r.pick(INSTRUMENT)]; return { sentence: `After supper ${n} would take up the ${i} and play until the candles had burned low.`, question: `Which instrument did ${n} play after supper?`, answer: i }; },
  (r, p) => { const [t, c] = [r.take(p.town), r.pick(COLOUR)]; return { sentence: `By order of the council, the doors of the town hall in ${t} are painted ${c}.`, question: `What colour are the doors of the town hall in ${t}?`, answer: c }; },
  (r, p) => { const [n, f] = [person(r, p), r.pick(FOOD)]; return { sentence: `Nothing in the world pleased ${n} so much as a plate of ${f}.`, question: `What dish pleased ${n} most?`, answer: f }; },
  (r, p) => { const [n, a, k] = [person(r, p), r.pick(ANIMAL), r.take(p.pet)]; return { sentence: `${n} owned a ${a} that answered to the name of ${k}.`, question: `What was the name of the ${a} that ${n} owned?`, answer: k }; },
  (r, p) => { const [t, k] = [r.take(p.town), 20 + r.below(900)]; return { sentence: `From the bell tower of ${t} one counts exactly ${k} steps down to the market square.`, question: `How many steps lead down from the bell tower of ${t} to the market square?`, answer: String(k) }; },
  (r, p) => { const [n, w] = [person(r, p), r.pick(TRADE)]; return { sentence: `Before the war ${n} had earned a living as a ${w}, and was thought the best in the county.`, question: `How did ${n} earn a living before the war?`, answer: w }; },
  (r, p) => { const [o, n] = [r.take(p.thing), person(r, p)]; return { sentence: `The ${o} on the mantelpiece had once been a present from ${n}.`, question: `Who had given the ${o} on the mantelpiece as a present?`, answer: n }; },
  (r, p) => { const [n, c] = [person(r, p), r.pick(CITY)]; return { sentence: `It was in ${c}, far from home, that ${n} was born.`, question: `In which city was ${n} born?`, answer: c }; },
  (r, p) => { const [t, m] = [r.take(p.town), r.pick(MONTH)]; return { sentence: `Each year, in the first week of ${m}, the people of ${t} hold their great horse fair.`, question: `In which month do the people of ${t} hold their horse fair?`, answer: m }; },
  (r, p) => { const [o, k] = [r.take(p.thing), 11 + r.below(480)]; return { sentence: `At the auction the ${o} went for no more than ${k} guineas.`, question: `For how many guineas did the ${o} go at the auction?`, answer: String(k) }; },
  (r, p) => { const [s, n] = [r.take(p.ship), person(r, p)]; return { sentence: `Command of the ${s} passed that winter to ${n}, who had never been to sea.`, question: `To whom did command of the ${s} pass that winter?`, answer: n }; },
  (r, p) => { const [n, t] = [person(r, p), r.take(p.town)]; return { sentence: `${n} moved into a small cottage near ${t} and was seldom seen again.`, question: `Near which town did ${n} move into a small cottage?`, answer: t }; },
  (r, p) => { const [n, f] = [person(r, p), r.pick(FLOWER)]; return { sentence: `Along the garden wall ${n} had planted nothing but ${f}.`, question: `What had ${n} planted along the garden wall?`, answer: f }; },
  (r, p) => { const [t, c] = [r.take(p.town), 1000 + r.below(8999)]; return { sentence: `The strongroom of the bank at ${t} opened only to the number ${c}.`, question: `Which number opened the strongroom of the bank at ${t}?`, answer: String(c) }; },
];

/** n different facts; forms take turns in a random order. At most 40, after which a kind of name would repeat. */
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
export const MAX_FACTS = 40;
