// What is folded away where there is little room: open on a desk, closed on a phone until somebody opens it.

import { useEffect, useLayoutEffect, useRef, useState } from "react";

const DESK = "(min-width: 768px)";
// The prerendered page has no layout to wait for.
const useEarly = typeof window === "undefined" ? useEffect : useLayoutEffect;

/** A card whose head, its first child, opens and closes the rest. */
export function Fold({ children }) {
  const card = useRef(null);
  useEarly(() => {
    const desk = window.matchMedia(DESK);
    const follow = () => {
      card.current.open = desk.matches;
    };
    follow();
    desk.addEventListener("change", follow);
    return () => desk.removeEventListener("change", follow);
  }, []);
  return (
    <details className="card fold" ref={card}>
      {children}
    </details>
  );
}

/** What narrows a list: beside its search box on a desk, under one button on a phone. */
export function Narrowing({ count = 0, children }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className={count > 0 ? "btn narrow on" : "btn narrow"}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        筛选
        {count > 0 && <b aria-label={`已设 ${count} 项`}>{count}</b>}
      </button>
      <div className={open ? "narrowing open" : "narrowing"}>{children}</div>
    </>
  );
}
