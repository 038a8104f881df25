// A tour of a page for a wall: it goes on by itself until somebody presses a key or anything but the wall's own buttons.

import { useEffect, useRef, useState } from "react";

export function Tour({ seconds, onStep, onRest }) {
  const [on, setOn] = useState(false);
  const told = useRef({});
  told.current = { onStep, onRest };
  useEffect(() => {
    if (!on) return undefined;
    const timer = setInterval(() => told.current.onStep(), seconds * 1000);
    const presses = (event) => event.type === "pointerdown" || (!event.isComposing && ["Enter", " "].includes(event.key));
    const stop = (event) => (event.target.closest?.("[data-wall]") && presses(event)) || setOn(false);
    document.addEventListener("pointerdown", stop, true);
    document.addEventListener("keydown", stop, true);
    told.current.onStep();
    return () => {
      clearInterval(timer);
      document.removeEventListener("pointerdown", stop, true);
      document.removeEventListener("keydown", stop, true);
      told.current.onRest();
    };
  }, [on, seconds]);
  return (
    <button type="button" className="btn small" onClick={() => setOn(!on)} aria-pressed={on}>
      {on ? "停止巡游" : "巡游"}
    </button>
  );
}
