// What is typed and pressed before React has taken over the page is not lost: it is told once React stands.
//
// The pages come written out: a form can be filled and sent while its scripts are still on their way. The browser alone
// would send it as an address, with everything that was typed in it; and React would put back what stood there before.

(() => {
  const KINDS = ["input", "change", "click", "submit"];
  const TICKED = "input[type=checkbox], input[type=radio]";
  const typed = new Map(); // element, with how React is told of what stands in it
  const pressed = new Map(); // element, with how it is pressed again; twice is once
  let atWork = null; // what is pressed just now: if React stands by the end of it, React has heard of it itself

  function write(at, text) {
    if (at.value !== text) at.value = text;
    at._valueTracker?.setValue("\0"); // React tells only what differs from what it knows, and an input method goes on
    at.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function tick(at, wanted) {
    at.checked = !wanted;
    at.click();
  }

  function choose(at, value) {
    at.value = value;
    at.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function press(at, again) {
    pressed.set(at, again);
    atWork = at;
    setTimeout(() => (atWork = null));
  }

  function hold(event) {
    const { type, target: at, submitter: by } = event;
    const ticked = at.matches?.(TICKED);
    if (type === "input" && "value" in at && !ticked && !at.matches("select")) {
      const text = at.value;
      typed.set(at, () => write(at, text));
    }
    if (type === "change" && ticked) {
      const wanted = at.checked;
      typed.set(at, () => tick(at, wanted));
    }
    if (type === "change" && at.matches("select")) {
      const value = at.value;
      press(at, () => choose(at, value));
    }
    if (type === "submit" && at.method !== "post") {
      event.preventDefault();
      press(at, () => (by?.isConnected ? by.click() : at.requestSubmit()));
    }
    const button = type === "click" && at.closest?.("button");
    if (button && (button.type === "button" || !button.form)) press(button, () => button.click());
  }

  function stand() {
    KINDS.forEach((kind) => removeEventListener(kind, hold, true));
    pressed.delete(atWork);
    typed.forEach((tell, at) => at.isConnected && tell());
    setTimeout(() => pressed.forEach((again, at) => at.isConnected && again())); // the page's own effects go first
  }

  KINDS.forEach((kind) => addEventListener(kind, hold, true));
  addEventListener("fq:stands", stand, { once: true });
})();
