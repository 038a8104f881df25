// Keys for a day's work at a desk, and the menus. Nothing here needs the server.
//
// Elements ask for it by attributes:
//   data-search        the search field of the page, which "/" goes to
//   data-row           a row that J and K move to, X marks and Enter opens
//   data-next, data-previous  links that J and K follow where there are no rows
//   data-palette       the button that Ctrl-K presses
//   data-keymap        a button that opens the list of keys (#keymap); data-close closes a dialog
//   data-keys-switch   the check box that turns the single keys on and off
//   data-dense         a button that makes rows lower or higher; the browser remembers it
//
// Keys are silent while an input method composes, in inputs, and behind dialogs.

(() => {
  const KEYS = "fq_keys";
  const DENSE = "fq_dense";
  const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]";
  const MENUS = "details.menu[open], details.due[open]";

  // A private window may refuse to remember; then nothing is remembered, and all the rest works.
  function recall(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  }

  function remember(key, value) {
    try {
      localStorage.setItem(key, value);
    } catch {
      return;
    }
  }

  const keysAreOff = () => recall(KEYS) === "off";
  const isComposing = (event) => event.isComposing || event.keyCode === 229;
  const modalIsOpen = () => document.querySelector("dialog:modal") !== null;

  function openKeymap() {
    const dialog = document.querySelector("#keymap");
    if (!dialog || modalIsOpen()) return false;
    const box = dialog.querySelector("[data-keys-switch]");
    if (box) box.checked = !keysAreOff();
    dialog.showModal();
    return true;
  }

  function focusSearch() {
    const field = document.querySelector("[data-search]");
    field?.focus();
    field?.select?.();
    return Boolean(field);
  }

  function moveRow(step) {
    const rows = [...document.querySelectorAll("tr[data-row]")];
    const here = rows.indexOf(document.activeElement?.closest("tr[data-row]"));
    const next = rows[here < 0 ? 0 : Math.min(Math.max(here + step, 0), rows.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
    return Boolean(next);
  }

  function inRow(selector) {
    const target = document.activeElement?.closest?.("tr[data-row]")?.querySelector(selector);
    target?.click();
    return Boolean(target);
  }

  function goTo(selector) {
    const link = document.querySelector(selector);
    link?.click();
    return Boolean(link);
  }

  const ACTS = {
    "/": focusSearch,
    "?": openKeymap,
    j: () => moveRow(1) || goTo("[data-next]"),
    k: () => moveRow(-1) || goTo("[data-previous]"),
    x: () => inRow("input[type=checkbox]"),
    Enter: () => document.activeElement?.matches?.("tr[data-row]") && inRow("a[href]"),
  };

  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || isComposing(event)) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (!modalIsOpen()) document.querySelector("[data-palette]")?.click();
      return;
    }
    if (event.key === "Escape") closeMenus(null, true);
    if (keysAreOff() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches?.(TYPING) || modalIsOpen()) return;
    const act = ACTS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act?.()) event.preventDefault();
  });

  // Menus are native <details>: they close on a click elsewhere, on a choice, and on Escape.
  function closeMenus(except, giveFocusBack = false) {
    document.querySelectorAll(MENUS).forEach((menu) => {
      if (menu === except) return;
      const held = menu.contains(document.activeElement);
      menu.open = false;
      if (giveFocusBack && held) menu.querySelector("summary").focus();
    });
  }

  addEventListener("click", (event) => {
    const at = event.target;
    if (!(at instanceof Element)) return;
    // a dialog that a choice opens gives the focus back to where it was: that is the menu's button
    if (at.closest("button.item")) closeMenus(null, true);
    else closeMenus(at.closest("a.item") ? null : at.closest(MENUS));
    if (at.closest("[data-keymap]")) openKeymap();
    if (at.closest("[data-close]")) at.closest("dialog")?.close();
    if (at.matches("dialog.palette, dialog.keymap")) at.close(); // beside it: nothing was typed that could be lost
    if (at.closest("[data-dense]")) remember(DENSE, document.documentElement.classList.toggle("dense") ? "on" : "off");
    if (at.matches("[data-keys-switch]")) remember(KEYS, at.checked ? "on" : "off");
  });

  // Focus that an act took away with its row or button goes to what took the place, not to the start of the page.
  const AFTER = ["[data-next]", "#primary-action", "#main"]; // in this order
  let held = null;

  const rowsOfPage = () => [...document.querySelectorAll("main tr[data-row]")];
  const focusIsLost = () => document.activeElement === document.body || document.activeElement === null;

  addEventListener("focusin", (event) => {
    const at = event.target;
    if (!(at instanceof Element) || !at.closest("main") || at.closest("dialog")) return;
    held = { at, path: location.pathname, row: rowsOfPage().indexOf(at.closest("tr[data-row]")) };
  });
  addEventListener("pointerdown", (event) => {
    if (event.target instanceof Element && !event.target.closest("dialog")) held = null; // a click says where one is
  });

  function takeUpFocus() {
    if (!held || held.at.isConnected || !focusIsLost() || modalIsOpen()) return;
    const { path, row } = held;
    held = null;
    if (path !== location.pathname) return;
    const rows = rowsOfPage();
    const next = row >= 0 && rows.length ? rows[Math.min(row, rows.length - 1)] : null;
    const after = AFTER.map((selector) => document.querySelector(selector)).find(Boolean);
    (next ?? after)?.focus({ preventScroll: !next });
  }

  new MutationObserver(() => requestAnimationFrame(takeUpFocus)).observe(document.documentElement, {
    childList: true,
    subtree: true,
  });

  document.documentElement.classList.toggle("dense", recall(DENSE) === "on");
})();
