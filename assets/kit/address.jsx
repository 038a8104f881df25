// The address of a list is what it shows: the page says which, the browser shows it without loading anything.

import { useEffect, useRef } from "react";

/** Show `shown` (path and query) as the address, once the page has another one than it began with. */
export function Address({ shown }) {
  const last = useRef(shown);
  useEffect(() => {
    if (shown === last.current) return; // what a page begins with belongs to the list that was open before
    last.current = shown;
    const [path] = shown.split("?");
    if (path !== window.location.pathname.replace(/(.)\/$/, "$1")) return; // its answer came after the page was left
    window.history.replaceState(window.history.state, "", shown);
  }, [shown]);
  return null;
}
