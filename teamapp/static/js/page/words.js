// Matches the words of a search with the words of a row.

const APOSTROPHE = /['’‘ʼʻ′`´]/g;

/** As the server folds names: "Đ" may be another letter that looks like it. */
const fold = (text) =>
  text.toLowerCase().normalize("NFD").replace(/[\p{M}\p{Cf}]/gu, "").replace(/[đðɖ]/g, "d");

const split = (text) =>
  text.replace(APOSTROPHE, " ").split(/[^\p{L}\p{N}]+/u).filter(Boolean).map((word) => ` ${word}`);

/** The words of a text between blanks; H'Lan is "h", "lan" and "hlan". */
function haystack(text) {
  const plain = fold(text);
  const joined = plain.match(/\S*['’‘ʼʻ′`´]\S*/g)?.map((word) => word.replace(APOSTROPHE, "")) ?? [];
  return `${[...split(plain), ...joined.flatMap(split)].join("")} `;
}

/** The beginnings of words that a query asks for, as a haystack holds them; `before` a number, if one follows. */
export const needles = (query) => split(fold(query)).map((word, at, words) => ({
  word, whole: `${word} `,
  before: /^ \d+$/.test(words[at + 1]) && new RegExp(`${word} \\d`),
}));

/**
 * What a row is found by: its title, its place, and each of its family apart.
 *
 * `label` is the word before the number that the place begins with.
 */
export function indexed({ title = "", place = "", label = "", family = [] }) {
  const [head, where] = [haystack(title), haystack(place)];
  const numbered = haystack(`${label} ${place}`);
  const persons = family.map((person, n) => {
    const words = haystack(person);
    return { person: person.trim(), words: words + where, isHead: n === 0 && words.startsWith(head) };
  });
  const all = [head, numbered, ...persons.map(({ words }) => words)].join("");
  return { head, house: head + where, numbered, persons, all };
}

/**
 * 2 where every word asked for is one of the text, 1 where some only begin one, else 0.
 *
 * A word that stands before a number in the row's place, as in "cụm 3", takes its number with it.
 */
function fit(text, numbered, asked) {
  let found = 2;
  for (let at = 0; at < asked.length; at++) {
    const { before } = asked[at];
    let { word, whole } = asked[at];
    let where = text;
    if (before && before.test(numbered)) {
      const number = asked[++at];
      word += number.word;
      whole = word + " ";
      where = numbered;
    }
    if (where.includes(whole)) continue;
    if (!where.includes(word)) return 0;
    found = 1;
  }
  return found;
}

/**
 * How well a row matches, and the person found in it: all words within one person, or the house.
 *
 * Whole words score before beginnings of words, and then the head of the house before others: 5 to 2.
 */
export function match({ head, house, numbered, persons, all }, asked) {
  if (!asked.every(({ word }) => all.includes(word))) return null;
  const own = fit(house, numbered, asked);
  let best = { score: own && 2 * own + Boolean(fit(head, numbered, asked)) };
  for (const { person, words, isHead } of persons) {
    if (best.score === 5) break;
    const fits = fit(words, numbered, asked);
    const score = fits && 2 * fits + isHead;
    if (score > best.score) best = { score, person: isHead ? undefined : person };
  }
  return best.score ? best : null;
}
