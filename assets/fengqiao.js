// Small things that need no server: theme, keyboard, counters, menus.
(() => {
  const root = document.documentElement;
  const stored = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const store = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private window: not remembered */ } };
  root.classList.toggle("dark", stored("fq_theme") === "dark");

  const rows = () => [...document.querySelectorAll("tr[data-row]")];
  const move = (step) => {
    const all = rows();
    if (!all.length) return false;
    const at = all.indexOf(document.activeElement?.closest?.("tr[data-row]"));
    all[Math.max(0, Math.min(at < 0 ? 0 : at + step, all.length - 1))].focus();
    return true;
  };
  const typing = (target) => target.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.type !== "checkbox");
  const help = () => {
    const map = document.getElementById("keymap");
    if (!map) return;
    if (map.open) map.close(); else { map.querySelector("[data-keys-off]").checked = stored("fq_keys") === "off"; map.showModal(); }
  };
  const search = () => {
    const box = document.querySelector("[data-search]");
    if (box) { box.focus(); box.select(); } else document.querySelector("[data-quick]")?.click();
  };

  addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); search(); return; }
    if (event.key === "Escape") { document.querySelectorAll("details.menu[open], details.due[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); }); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || stored("fq_keys") === "off") return;
    if (document.querySelector("dialog[open]:not(#keymap)")) return;
    const row = document.activeElement?.closest?.("tr[data-row]");
    const acts = {
      j: () => move(1), ArrowDown: () => row && move(1), k: () => move(-1), ArrowUp: () => row && move(-1),
      Enter: () => row === document.activeElement && row && (row.querySelector("a").click(), true),
      x: () => row && (row.querySelector("input[type=checkbox]")?.click(), true),
      "/": () => (search(), true), "?": () => (help(), true),
    };
    if (acts[event.key]?.()) event.preventDefault();
  });

  addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open], details.due[open]").forEach((menu) => { if (!menu.contains(event.target) || event.target.closest(".item")) menu.open = false; });
    if (event.target.closest("[data-theme-toggle]")) store("fq_theme", root.classList.toggle("dark") ? "dark" : "light");
    if (event.target.closest("[data-help]")) help();
    if (event.target.matches?.("[data-keys-off]")) store("fq_keys", event.target.checked ? "off" : "on");
  });

  addEventListener("input", (event) => {
    const most = Number(event.target.dataset?.most);
    const count = most && event.target.parentElement?.querySelector("[data-count]");
    if (!count) return;
    const size = [...event.target.value.trim()].length;
    count.textContent = `${size} / ${most} 字`;
    count.classList.toggle("over", size > most);
  });
})();
