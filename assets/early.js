// What is pressed before React has taken over the page waits for it, and happens then.
//
// The pages come written out: a form can be filled and sent while its scripts are still on their way. The browser alone
// would send it as an address, with everything that was typed in it, and lose it.

(() => {
  const KINDS = ["submit", "click", "change"];
  const held = new Map(); // what was pressed, with how it is pressed again; twice is once

  function hold(event) {
    const at = event.target;
    if (event.type === "submit" && at.method !== "post") {
      const by = event.submitter;
      event.preventDefault();
      held.set(at, () => (by?.isConnected ? by.click() : at.requestSubmit()));
    }
    if (event.type === "change" && at.matches("select")) {
      const chosen = at.value; // React gives it back the value that the page had
      held.set(at, () => {
        at.value = chosen;
        at.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }
    const button = event.type === "click" && at.closest?.("button[type=button]");
    if (button) held.set(button, () => button.click());
  }

  KINDS.forEach((kind) => addEventListener(kind, hold, true));
  addEventListener(
    "fq:live",
    () => {
      KINDS.forEach((kind) => removeEventListener(kind, hold, true));
      held.forEach((again, at) => at.isConnected && again());
    },
    { once: true },
  );
})();
