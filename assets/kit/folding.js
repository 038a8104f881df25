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
