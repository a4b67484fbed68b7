// Names of invented people, towns and things for calibration's facts: two lists of each kind that share no name.

export interface Names {
  first: string[];
  last: string[];
  town: string[];
  house: string[];
  thing: string[];
  firm: string[];
}

export const CHOOSING_NAMES: Readonly<Names> = {
  first: ['Alden', 'Brigitta', 'Cosmo', 'Delphine', 'Emeric', 'Fenella', 'Gustav', 'Hedwig', 'Isidor', 'Jolanta', 'Konrad', 'Linnea', 'Matteo', 'Noemi', 'Orson', 'Paloma', 'Quentin', 'Runa', 'Silvan', 'Tamsin', 'Ulrich', 'Verena', 'Wendel', 'Ximena'],
  last: ['Abernathy', 'Bellweather', 'Cardoso', 'Drummond', 'Engstrom', 'Falkner', 'Garrick', 'Hollis', 'Iversen', 'Jessop', 'Kirsch', 'Lombardi', 'Merriweather', 'Nordahl', 'Ostrander', 'Pickering', 'Radcliffe', 'Stavros', 'Tillman', 'Underhill', 'Valerio', 'Wexford', 'Yarrow', 'Zeller', 'Ackroyd', 'Birchall', 'Culpepper', 'Dunstan', 'Everard', 'Fonseca', 'Gilroy', 'Haverford'],
  town: ['Amberley Cross', 'Birkdale Sands', 'Cold Harrow', 'Dorrington', 'East Wallow', 'Farnleigh', 'Gorse Hill', 'Hexley', 'Inverlochan', 'Jarrow Ferry', 'Kelmsworth', 'Long Tarrant', 'Milbourne', 'Nether Coombe', 'Overstrand', 'Pellingham', 'Quarrendon', 'Redmire', 'Selby Mount', 'Tolland', 'Ulverton', 'Wick Fell'],
  house: ['Larkspur House', 'Mallow Grange', 'Fernhurst Hall', 'Copperfield Lodge', 'Hazel Court', 'Thornbury Manor', 'Swanmore Priory', 'Elderslie Park'],
  thing: ['pewter candlestick', 'rosewood cabinet', 'gilded mirror', 'tin soldier', 'amethyst brooch', 'canvas tent', 'horn lantern', 'cedar chest', 'wool tapestry', 'iron anvil', 'glass paperweight', 'painted sledge'],
  firm: ['Harker and Lowe', 'the Meridian Cannery', 'Bexley Brothers', 'the Ashgrove Mill', 'Tarleton and Daughters', 'the Old Quay Foundry', 'Osgood Shipping', 'the Linden Press'],
};

export const REPORTING_NAMES: Readonly<Names> = {
  first: ['Aurelia', 'Bastian', 'Cordula', 'Dmitri', 'Eudora', 'Florian', 'Greta', 'Horatio', 'Imelda', 'Jasper', 'Katarina', 'Lucian', 'Mireille', 'Nestor', 'Odile', 'Piers', 'Ramona', 'Sebald', 'Thea', 'Ursula', 'Valentin', 'Winifred', 'Yorick', 'Zita'],
  last: ['Ashcombe', 'Borromeo', 'Chadwick', 'Devereux', 'Ellwood', 'Fitzroy', 'Grimaldi', 'Hathaway', 'Ingersoll', 'Jankowski', 'Kessler', 'Lavender', 'Mortlake', 'Nightingale', 'Oakshott', 'Pomeroy', 'Quillfeather', 'Rasmussen', 'Sedgewick', 'Trevanion', 'Uxbridge', 'Villiers', 'Wolstencroft', 'Youngblood', 'Addington', 'Bracegirdle', 'Cavendish', 'Dalgliesh', 'Eastlake', 'Frobisher', 'Goodfellow', 'Hepworth'],
  town: ['Aldwark', 'Broad Chalke', 'Carrick Point', 'Denholm', 'Elsing', 'Foxearth', 'Great Hallow', 'Holmrook', 'Ironbeck', 'Kirk Dalby', 'Lambsford', 'Monkswell', 'North Ravel', 'Oxenholt', 'Priors Gate', 'Rathmullen', 'Saltmarsh End', 'Thornaby', 'Upper Slaine', 'Vellacott', 'Whinfell', 'Yeldham'],
  house: ['Marchmont Lodge', 'Holly Bank', 'Penhallow Castle', 'Rosewarne', 'Whitestone Abbey', 'Heron Court', 'Bramley Hall', 'Saint Aldhelm\'s'],
  thing: ['coral necklace', 'mahogany cradle', 'steel engraving', 'feather bed', 'topaz ring', 'wicker carriage', 'stone lion', 'silver salver', 'linen sampler', 'lead cistern', 'pocket barometer', 'carved spoon'],
  firm: ['Pargeter and Sons', 'the Northgate Brewery', 'Summers and Croft', 'the Valley Tannery', 'Winslow Glass', 'the Harbour Bank', 'Ridley Coaches', 'the Crescent Dairy'],
};

export const COLOURS = ['crimson', 'turquoise', 'lavender', 'mustard yellow', 'scarlet', 'indigo', 'olive green', 'ochre', 'violet', 'rust brown'];
export const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
export const CITIES = ['Antwerp', 'Tunis', 'Genoa', 'Odessa', 'Seville', 'Dublin', 'Aleppo', 'Gdansk', 'Bordeaux', 'Lima', 'Macao', 'Uppsala'];
export const ANIMALS = ['magpie', 'spaniel', 'monkey', 'mule', 'white goose', 'badger', 'lizard', 'pony', 'fox cub', 'starling'];
export const DISHES = ['oyster pie', 'cherry soup', 'mutton broth', 'fig cake', 'salted herring', 'chestnut cream', 'duck with turnips', 'rye pancakes', 'elder jelly', 'cabbage rolls'];
export const TRADES = ['cooper', 'tinsmith', 'lens grinder', 'wigmaker', 'falconer', 'hatter', 'chandler', 'engraver', 'basket weaver', 'locksmith'];
export const INSTRUMENTS = ['lute', 'bagpipes', 'double bass', 'piccolo', 'dulcimer', 'French horn', 'organ', 'banjo', 'hurdy-gurdy', 'kettledrum'];
export const PLANTS = ['rhubarb', 'tulips', 'mulberry trees', 'artichokes', 'white roses', 'hops', 'sunflowers', 'medlars'];
