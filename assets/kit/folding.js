// The form in which the browser compares what is typed with what it lists; the server's stands in kernel/searching.py.

const DOTS = /[·•‧∙⋅・･‣●]/g;
const DASHES = /[‐‑‒–—―−﹘﹣－]/g;
const HIDDEN = /[\u00ad\u200b-\u200f\u2060\ufeff]/g;

/** Full-width letters and digits, case, blanks, the kinds of middle dot and dash become one. */
export function fold(text) {
  const plain = text.normalize("NFKC").toLowerCase();
  return plain.replace(DOTS, "·").replace(DASHES, "-").replace(HIDDEN, "").replace(/\s+/g, "");
}

/** Whether each word of what was typed occurs in the text. */
export function fits(typed, text) {
  const within = fold(text);
  return typed.split(/\s+/).every((word) => within.includes(fold(word)));
}

/** A case number as it is stored: "qx2026-000001 " is QX2026000001. */
export function numberOf(text) {
  return fold(text).replace(/-/g, "").toUpperCase();
}

/** How strongly a typed word points to an option, by its label or an everyday word; 0: not at all. */
function weight({ label, words = [], usual = {} }, typed) {
  const [name, said] = [fold(label), words.map(fold)];
  if (Object.hasOwn(usual, typed)) return 91 + often(usual[typed]);
  const same = said.indexOf(typed);
  if (same >= 0) return 90 - same; // the foremost words are the plainest
  if (name.includes(typed)) return 60;
  const held = said.filter((word) => word.includes(typed) || typed.includes(word));
  const nearest = held.map((word) => Math.min(word.length, typed.length) / Math.max(word.length, typed.length));
  const before = held.filter((word) => typed.includes(word) && Object.hasOwn(usual, word)).map((word) => often(usual[word]));
  return held.length ? 20 + 10 * Math.max(...nearest) + Math.max(0, ...before) : 0;
}

/** More for each time that an option was taken for a word, never as much as a rank. */
const often = (times) => (8 * times) / (times + 1);

/** Options to which every word of the text points, in any order; the likeliest first where they have everyday words. */
export function fitting(options, text) {
  const typed = text.split(/\s+/).map(fold).filter(Boolean);
  const weighed = options.map((option) => [option, typed.map((word) => weight(option, word))]);
  const found = weighed.filter(([, weights]) => weights.every((one) => one > 0));
  const sum = ([{ words }, weights]) => (words ? weights.reduce((all, one) => all + one, 0) : 0);
  return found.sort((one, other) => sum(other) - sum(one)).map(([option]) => option);
}
