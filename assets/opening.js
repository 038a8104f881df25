// Tells the server which page opens, so that it is read while the scripts of the page still come (app/opening.py).
// What was read comes over the socket, when the page stands; nothing waits for this, and nothing breaks without it.

(() => {
  const TAB = "token"; // where Reflex keeps the name of the tab, which its socket brings

  function named() {
    const [a, b, c, d, e] = [8, 4, 4, 4, 12].map((length) =>
      [...crypto.getRandomValues(new Uint8Array(length / 2))].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
    );
    return [a, b, c, d, e].join("-");
  }

  try {
    if (document.prerendering) return; // perhaps nobody will look
    const tab = sessionStorage.getItem(TAB) ?? named();
    sessionStorage.setItem(TAB, tab);
    fetch("/opening", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ tab, address: location.pathname + location.search }),
    }).catch(() => {});
  } catch {
    return; // a window that keeps nothing: its page is read when its socket comes
  }
})();
