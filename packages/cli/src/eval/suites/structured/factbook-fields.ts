// Fields of the World Factbook that are asked about: category/field[/part] -> question and what of the line answers it.

interface Asked { question: string; answer: (text: string) => string }

/** Without notes in brackets and what follows them. */
const plain = (text: string): string => text.replace(/\s*[([;].*$/u, '').trim();
/** 'Mount Usborne 705 m' -> 'Mount Usborne'. */
const withoutHeight = (text: string): string => plain(text).replace(/\s+-?[\d,.]+\s*m$/u, '');
const ask = (question: string, answer: Asked['answer'] = plain): Asked => ({ question, answer });

export const FIELDS: Readonly<Record<string, Asked>> = {
  'Geography/Area/total': ask('What is the total area of {}?'),
  'Geography/Area/land': ask('What is the land area of {}?'),
  'Geography/Land boundaries/total': ask('How long are the land boundaries of {} in total?'),
  'Geography/Coastline': ask('How long is the coastline of {}?'),
  'Geography/Maritime claims/territorial sea': ask('How far does the territorial sea of {} extend?'),
  'Geography/Elevation extremes/highest point': ask('What is the highest point of {}?', withoutHeight),
  'Geography/Land use/forest': ask('How much of the land of {} is forest?'),
  'Geography/Irrigated land': ask('How much irrigated land does {} have?'),
  'People and Society/Nationality/adjective': ask('What is the adjective for the nationality of {}?'),
  'People and Society/Population': ask('How large is the population of {}?'),
  'People and Society/Median age/total': ask('What is the median age of the people of {}?'),
  'People and Society/Population growth rate': ask('What is the population growth rate of {}?'),
  'People and Society/Birth rate': ask('What is the birth rate of {}?'),
  'People and Society/Death rate': ask('What is the death rate of {}?'),
  'People and Society/Total fertility rate': ask('What is the total fertility rate of {}?'),
  'People and Society/Infant mortality rate/total': ask('What is the infant mortality rate of {}?'),
  'People and Society/Life expectancy at birth/total population': ask('What is the life expectancy at birth in {}?'),
  'People and Society/Urbanization/urban population': ask('How much of the population of {} is urban?', (text) => text.replace(/ of total.*$/u, '')),
  'People and Society/Physicians density': ask('What is the physicians density in {}?'),
  'People and Society/Obesity - adult prevalence rate': ask('How prevalent is adult obesity in {}?'),
  'Government/Capital/name': ask('What is the capital of {}?'),
  'Government/Independence': ask('When did {} become independent?'),
  'Government/National holiday': ask('What is the national holiday of {}?', (text) => plain(text.replace(/,.*$/u, ''))),
  'Government/Suffrage': ask('At what age does one have the right to vote in {}?', (text) => text.replace(/;.*$/u, '')),
  'Government/Government type': ask('What type of government does {} have?'),
  'Government/National anthem/name': ask('What is the name of the national anthem of {}?', (text) => plain(text).replaceAll('"', '')),
  'Government/National anthem/lyrics/music': ask('Who wrote the words and the music of the national anthem of {}?'),
  'Government/National symbol(s)': ask('What is the national symbol of {}?'),
  'Economy/GDP - per capita (PPP)': ask('What is the gross domestic product per head in {}?'),
  'Economy/Unemployment rate': ask('What is the unemployment rate of {}?'),
  'Economy/Inflation rate (consumer prices)': ask('What is the inflation rate of {}?'),
  'Economy/Labor force': ask('How large is the labor force of {}?'),
  'Economy/Fiscal year': ask('When does the fiscal year of {} run?'),
  'Economy/Budget/revenues': ask('How high are the budget revenues of {}?'),
  'Economy/Population below poverty line': ask('How much of the population of {} lives below the poverty line?'),
  'Energy/Electricity - production': ask('How much electricity is produced in {}?'),
  'Communications/Internet country code': ask('What is the internet country code of {}?'),
  'Transportation/Airports': ask('How many airports does {} have?'),
  'Transportation/Roadways/total': ask('How long are the roadways of {} in total?'),
  'Transportation/Railways/total': ask('How long are the railways of {} in total?'),
  'Military/Military expenditures': ask('How high are the military expenditures of {}?'),
};
