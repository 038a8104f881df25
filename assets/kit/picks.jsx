// A button with a list of boxes under it: some of many choices, each narrowing a list at once.

import { useEffect, useId, useRef, useState } from "react";
import { fitting } from "./folding.js";
import { Icon } from "./icons.jsx";

const MOST_SHOWN = 200;
const LONG = 10; // a list that is longer is typed into
const PAUSE = 300; // milliseconds: several boxes ticked one after the other are asked for once

/** What the button says: the kind alone, the one choice, or the first of several and how many they are. */
function said(label, named) {
  if (!named.length) return label;
  return named.length > 1 ? `${label}：${named[0]} 等 ${named.length} 项` : `${label}：${named[0]}`;
}

/** What is chosen, as a list or joined by commas. */
const listed = (value) => (Array.isArray(value) ? value : value.split(",").filter(Boolean));

export function Picks({ label, options = [], value = "", plain, onPick }) {
  const listId = useId();
  const box = useRef(null);
  const pause = useRef(null);
  const told = useRef(null);
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(listed(value));
  const latest = useRef(chosen);
  latest.current = chosen;

  // what the page says counts, unless somebody is ticking
  useEffect(() => {
    if (!pause.current) setChosen(listed(value));
  }, [String(value)]);
  const tell = () => {
    clearTimeout(pause.current);
    if (pause.current) onPick?.(latest.current.join(","));
    pause.current = null;
  };
  told.current = tell;
  useEffect(() => () => told.current(), []);
  const put = (next) => {
    setChosen(next);
    latest.current = next;
    clearTimeout(pause.current);
    pause.current = setTimeout(() => told.current(), PAUSE);
  };
  const close = () => {
    setOpen(false);
    setTyped("");
    tell();
  };
  useEffect(() => {
    if (!open) return undefined;
    const elsewhere = (event) => box.current?.contains(event.target) || close();
    document.addEventListener("pointerdown", elsewhere);
    return () => document.removeEventListener("pointerdown", elsewhere);
  }, [open]);
  useEffect(() => {
    if (open) box.current.querySelector(".pop input")?.focus();
  }, [open]);

  const toggle = (one) => put(chosen.includes(one) ? chosen.filter((other) => other !== one) : [...chosen, one]);
  const fit = typed.trim() ? fitting(options, typed) : options;
  const shown = options.filter((option) => fit.includes(option)); // a tree keeps its order
  const press = (event) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape" && open) {
      event.preventDefault(); // of the list alone, not of the dialog around it
      event.stopPropagation();
      close();
      box.current.querySelector("button").focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return setOpen(true);
      const boxes = [...box.current.querySelectorAll(".pop input")];
      const step = event.key === "ArrowDown" ? 1 : -1;
      boxes[(boxes.indexOf(document.activeElement) + step + boxes.length) % boxes.length]?.focus();
    } else if (event.key === "Enter" && event.target.matches(".pop input")) {
      event.preventDefault(); // Enter ticks; of what was typed the first
      const one = event.target.type === "checkbox" ? event.target.value : shown[0]?.value;
      if (one && (typed.trim() || event.target.type === "checkbox")) toggle(one);
    }
    return undefined;
  };
  const left = (event) => {
    if (open && event.relatedTarget && !box.current.contains(event.relatedTarget)) close();
  };
  const names = chosen.map((one) => options.find((option) => option.value === one)?.label ?? one);

  return (
    <div className="menu picks" ref={box} onKeyDown={press} onBlur={left}>
      <button
        type="button"
        className={chosen.length && !plain ? "btn on" : "btn"}
        aria-expanded={open}
        aria-controls={open ? listId : undefined}
        title={names.length && !plain ? `${label}：${names.join("、")}` : undefined}
        onClick={() => (open ? close() : setOpen(true))}
      >
        <span>{plain ? label : said(label, names)}</span>
        <Icon name="chevron" size={14} className="turn" />
      </button>
      {open && (
        <div className="pop" id={listId} role="group" aria-label={label}>
          {options.length > LONG && (
            <input
              type="search"
              className="inp"
              value={typed}
              placeholder="输入关键字"
              aria-label={`在${label}中查找`}
              autoComplete="off"
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
          <div className="choices">
            {shown.slice(0, MOST_SHOWN).map((option) => (
              <label key={option.value} className="item" data-depth={typed.trim() ? 0 : (option.depth ?? 0)}>
                <input
                  type="checkbox"
                  value={option.value}
                  checked={chosen.includes(option.value)}
                  onChange={() => toggle(option.value)}
                />
                <span>{option.label}</span>
              </label>
            ))}
            {!shown.length && <p className="muted">没有符合的选项</p>}
            {shown.length > MOST_SHOWN && <p className="muted">其余 {shown.length - MOST_SHOWN} 项请输入关键字查找</p>}
          </div>
          <div className="foot">
            <button type="button" className="btn txt small" disabled={!chosen.length} onClick={() => put([])}>
              {plain ? "恢复默认" : `不限${label}`}
            </button>
            <button type="button" className="btn small" onClick={close}>
              完成
            </button>
          </div>
        </div>
      )}
    </div>
  );
}
