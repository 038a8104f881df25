// Ctrl-K: find a page, a case by its number, or whatever the server found for the text.

import { useEffect, useId, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { fits, numberOf } from "./folding.js";
import { Icon } from "./icons.jsx";
import { Watermark } from "./shell.jsx";

const PAUSE = 200; // milliseconds without a key before the server is asked

/** What fits the text: what the server found, the number itself, then pages by name. */
function matches(text, { entries, results, numberHref }) {
  const wanted = text.trim();
  const pages = entries.filter((entry) => fits(wanted, `${entry.group} ${entry.label}`));
  const asNumber = numberOf(text);
  const byNumber = numberHref && /^(?=.*\d{3})[A-Z0-9]{6,}$/.test(asNumber);
  const number = byNumber
    ? [{ label: `打开 ${asNumber}`, detail: "按编号", icon: "file", href: numberHref + asNumber }]
    : [];
  return wanted ? [...results, ...number, ...pages] : pages;
}

export function Palette({ entries = [], results = [], numberHref = "", placeholder, watermark = "", onSearch }) {
  const dialog = useRef(null);
  const timer = useRef(0);
  const navigate = useNavigate();
  const listId = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState(false);
  const found = matches(text, { entries, results, numberHref });
  const current = Math.min(at, found.length - 1);

  useEffect(() => () => clearTimeout(timer.current), []);

  const show = () => {
    setText("");
    setAt(0);
    setOpen(true);
    if (!dialog.current.open) dialog.current.showModal();
  };
  const type = (event) => {
    const typed = event.target.value;
    setText(typed);
    setAt(0);
    clearTimeout(timer.current);
    if (onSearch && !event.nativeEvent.isComposing) timer.current = setTimeout(() => onSearch(typed), PAUSE);
  };
  const go = (item) => {
    if (!item) return;
    dialog.current.close();
    navigate(item.href);
  };
  const press = (event) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setAt((current + step + found.length) % Math.max(found.length, 1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      go(found[current]);
    }
  };

  return (
    <>
      <button type="button" className="search-open" data-palette onClick={show}>
        <Icon name="search" size={16} />
        <span>{placeholder}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <dialog ref={dialog} className="palette" aria-label="查找" onClose={() => setOpen(false)}>
        {open && <Watermark text={watermark} />}
        <input
          value={text}
          onChange={type}
          onCompositionEnd={type}
          onKeyDown={press}
          placeholder={placeholder}
          aria-label={placeholder}
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={found.length ? `${listId}-${current}` : undefined}
          autoComplete="off"
        />
        <ul id={listId} role="listbox" aria-label="查找结果">
          {open &&
            found.map((item, place) => (
              <li
                key={item.href}
                id={`${listId}-${place}`}
                role="option"
                aria-selected={place === current}
                onMouseMove={() => setAt(place)}
                onClick={() => go(item)}
              >
                <Icon name={item.icon || "file"} size={16} />
                <span>{item.label}</span>
                <small>{item.detail ?? item.group}</small>
              </li>
            ))}
        </ul>
        {open && !found.length && (
          <p className="none" role="status">
            没有找到“{text}”，请换个说法
          </p>
        )}
      </dialog>
    </>
  );
}
