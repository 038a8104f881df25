// A part of a page alone on the screen. Where the browser cannot (phones), there is no button.

import { useEffect, useState } from "react";

export function Whole({ part }) {
  const [can, setCan] = useState(false);
  const [whole, setWhole] = useState(false);
  useEffect(() => {
    const look = () => setWhole(document.fullscreenElement?.id === part);
    setCan(Boolean(document.fullscreenEnabled));
    document.addEventListener("fullscreenchange", look);
    return () => document.removeEventListener("fullscreenchange", look);
  }, [part]);
  if (!can) return null;
  const turn = () => (whole ? document.exitFullscreen() : document.getElementById(part)?.requestFullscreen());
  return (
    <button type="button" className="btn small" onClick={turn} aria-pressed={whole}>
      {whole ? "退出全屏" : "全屏"}
    </button>
  );
}
