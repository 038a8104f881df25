// The frame around a page: links that change the page without loading it anew, and the watermark.

import { useEffect, useLayoutEffect, useState, useSyncExternalStore } from "react";
import { useNavigate } from "react-router";

const INTERACTIVE = "a, button, input, select, textarea, label, summary, dialog";

/** Whether the server answers an address itself: it is no page of this application. */
function isServed(href, serverPaths) {
  return serverPaths.some((path) => href === path || href.startsWith(`${path}/`));
}

/** Where a click leads inside the product; empty when the browser shall handle it itself. */
function destination(event, serverPaths) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) {
    return "";
  }
  const link = event.target.closest("a[href]");
  if (link && (link.target || link.hasAttribute("download"))) return "";
  const row = event.target.closest(INTERACTIVE) ? null : event.target.closest("tr[data-href]");
  if (row && String(window.getSelection())) return "";
  const href = link ? link.getAttribute("href") : (row?.dataset.href ?? "");
  const ours = /^\/(?!\/)/.test(href) && !isServed(href, serverPaths);
  return ours ? href : "";
}

/** Hold the frame. Addresses under `serverPaths` are not pages of this application and are loaded whole. */
export function Shell({ serverPaths = [], className, children }) {
  const navigate = useNavigate();
  // What was typed and pressed before React stood is told now (assets/early.js), before anything is drawn anew.
  useLayoutEffect(() => void window.dispatchEvent(new Event("fq:stands")), []);
  const follow = (event) => {
    const href = destination(event, serverPaths);
    if (!href) return;
    event.preventDefault();
    navigate(href);
  };
  // Reflex makes every link one of the router's, which would look for such an address among its own pages.
  const leave = (event) => {
    const link = event.target.closest("a[href]");
    if (link && isServed(link.getAttribute("href"), serverPaths)) event.stopPropagation();
  };
  return (
    <div className={className} onClickCapture={leave} onClick={follow}>
      {children}
    </div>
  );
}

// The text of the page's watermark, for whatever lies above the page and was given none of its own.
const page = {
  text: "",
  listeners: new Set(),
  say(text) {
    if (!text || text === page.text) return;
    page.text = text;
    for (const listener of page.listeners) listener();
  },
  listen(listener) {
    page.listeners.add(listener);
    return () => page.listeners.delete(listener);
  },
};

/**
 * Lay a text over everything below it, as a mask so that the theme decides the colour.
 *
 * Without a text of its own it shows the page's: nothing that opens over a page is without a watermark.
 */
export function Watermark({ text: own = "" }) {
  useEffect(() => page.say(own), [own]);
  const known = useSyncExternalStore(
    page.listen,
    () => page.text,
    () => "",
  );
  const text = own || known;
  // A text of the browser alone: the prerendered page is the same for everybody.
  const [mask, setMask] = useState("");
  useEffect(() => {
    const safe = text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
    const width = Math.max(300, text.length * 11 + 60);
    const drawn =
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="170">` +
      `<text x="20" y="130" transform="rotate(-20 20 130)" font-family="sans-serif" font-size="15">${safe}</text></svg>`;
    setMask(text ? `url("data:image/svg+xml,${encodeURIComponent(drawn)}")` : "");
  }, [text]);
  if (!mask) return null;
  return <div className="watermark" aria-hidden="true" style={{ maskImage: mask, WebkitMaskImage: mask }} />;
}

/** A button that posts to the server and loads the answer, as leaving the session must. */
export function PostButton({ action, className, children }) {
  return (
    <form method="post" action={action}>
      <button type="submit" className={className}>
        {children}
      </button>
    </form>
  );
}
