// Sentences under fields: one goes while its field is being corrected, and a refused form puts the cursor on its first.

const FIELD = ".field[data-field]";
const PATIENCE = 1500; // milliseconds after which a form that was sent and still stands there was refused as before
const control = (field) => field.querySelector("input:not([type=hidden]), select, textarea, button");
let sent = 0; // the timer of a form that was sent and not answered

function mark(field, wrong) {
  field.toggleAttribute("data-mending", !wrong);
  control(field)?.setAttribute("aria-invalid", wrong ? "true" : "false");
}

/** Whoever changes a field has read what was wrong with it; the server judges the new value when the form is sent. */
function mending(event) {
  clearTimeout(sent); // nothing takes the cursor away from somebody who types
  const field = event.target.closest?.(FIELD);
  if (field?.querySelector(".fault")) mark(field, false);
}

/** Whatever was being mended, what is wrong now stands in the page: show it, and put the cursor on the first. */
function show() {
  clearTimeout(sent);
  sent = 0;
  const within = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
  const wrong = [...within.querySelectorAll(FIELD)].filter((field) => field.querySelector(".fault"));
  wrong.forEach((field) => mark(field, true));
  if (wrong.length) control(wrong[0])?.focus();
}

/** The server refused something: the page is drawn from the same answer, within two frames. */
export const refused = () => requestAnimationFrame(() => requestAnimationFrame(show));

function sending(event) {
  if (event.type === "click" && !event.target.closest?.("button.pri, button.danger")) return;
  clearTimeout(sent);
  sent = setTimeout(show, PATIENCE);
}

const holds = (node) => node.nodeType === Node.ELEMENT_NODE && (node.matches(".fault") || node.querySelector(".fault"));

/** The field whose sentence a change of the page wrote or rewrote, if it did. */
function told({ target, addedNodes }) {
  const element = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
  return element?.closest(".fault") || [...addedNodes].some(holds) ? (element.closest(FIELD) ?? element) : null;
}

/** A new sentence is shown whatever was being mended: some are said as soon as something was chosen. */
function heard(changes) {
  const places = changes.map(told).filter(Boolean);
  places.forEach((place) => place.matches(FIELD) && place.querySelector(".fault") && mark(place, true));
  if (sent && places.length) refused();
}

// The build draws the pages once without a browser.
if (typeof document !== "undefined") {
  new MutationObserver(heard).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
  });
  for (const name of ["input", "change"]) document.addEventListener(name, mending, true);
  for (const name of ["submit", "click"]) document.addEventListener(name, sending, true);
}
