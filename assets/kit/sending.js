// A form that was sent shows that it is at work until the server has answered.
//
// Every answer changes something near the form: its dialog closes, a sentence or a message appears, the page changes.

const SOON = 250; // milliseconds: an answer that comes sooner needs no sign
const GIVEN_UP = 60_000; // milliseconds; the bar about a lost connection has long spoken by then
const AROUND = "dialog[open], main";
const MESSAGES = "section[aria-live]";
const ASIDE = ".form-foot"; // where drafts say that they were kept
const waiting = new Map(); // forms that were sent, with what ends their waiting

const beside = (node) => Boolean((node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest(ASIDE));

function wait(form) {
  waiting.get(form)?.();
  const sign = setTimeout(() => form.setAttribute("aria-busy", "true"), SOON);
  const answered = () => {
    clearTimeout(sign);
    clearTimeout(end);
    changes.disconnect();
    form.removeAttribute("aria-busy");
    waiting.delete(form);
  };
  const end = setTimeout(answered, GIVEN_UP);
  const changes = new MutationObserver((all) => all.every(({ target }) => beside(target)) || answered());
  waiting.set(form, answered);
  const every = { subtree: true, childList: true, characterData: true };
  requestAnimationFrame(() => {
    if (!waiting.has(form)) return;
    changes.observe(form.closest(AROUND) ?? form, every);
    document.querySelectorAll(MESSAGES).forEach((messages) => changes.observe(messages, every));
  });
}

// The build draws the pages once without a browser.
if (typeof document !== "undefined") {
  document.addEventListener("submit", ({ target }) => target.method !== "post" && wait(target), true);
}
