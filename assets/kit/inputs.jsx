// Inputs that keep what is typed in the browser; a form sends their value under `name`.

import { useEffect, useId, useRef, useState } from "react";
import { fitting } from "./folding.js";

const MOST_SHOWN = 50;
const PAUSE = 400; // milliseconds without a key
const composing = (event) => event.nativeEvent.isComposing || event.keyCode === 229;
const length = (text) => Array.from(text).length;

/** What is typed and was not told yet is told before anything can take its field away: Esc, a click, Enter, a reload. */
const untold = new Set();
const flush = () => untold.forEach((tell) => tell());
// The build draws the pages once without a browser.
if (typeof document !== "undefined") {
  for (const name of ["click", "submit", "cancel", "close", "keydown", "visibilitychange"]) {
    document.addEventListener(name, (event) => (name !== "keydown" || event.key === "Escape") && flush(), true);
  }
  for (const name of ["beforeunload", "pagehide"]) window.addEventListener(name, flush, true);
}

/** Tell `onBlur` of a changed text when the field is left, at every pause of the typist, and before it goes. */
function useTelling(onBlur, initial) {
  const pause = useRef(null);
  const told = useRef(initial);
  const latest = useRef(initial);
  const say = useRef(onBlur);
  say.current = onBlur;
  const tell = useRef(() => {
    clearTimeout(pause.current);
    if (latest.current === told.current) return;
    told.current = latest.current;
    say.current?.(told.current);
  }).current;
  useEffect(() => {
    untold.add(tell);
    return () => {
      untold.delete(tell);
      tell();
    };
  }, [tell]);
  const type = (event) => {
    latest.current = event.target.value;
    clearTimeout(pause.current);
    if (!event.nativeEvent.isComposing) pause.current = setTimeout(tell, PAUSE);
  };
  const know = (text) => {
    clearTimeout(pause.current);
    told.current = latest.current = text;
  };
  return [type, tell, know];
}

/** Empty what React holds when the form around is emptied by its own button; what is typed after that press stands. */
export function useReset(element, empty) {
  const latest = useRef(empty);
  latest.current = empty;
  useEffect(() => {
    const form = element.current?.form;
    const emptied = () => setTimeout(() => latest.current()); // the browser empties the elements after this event
    form?.addEventListener("reset", emptied);
    return () => form?.removeEventListener("reset", emptied);
  }, [element]);
}

/** What the server found out while the form is open goes where nothing stands, or what it put there itself. */
function useFilling(element, fill, put) {
  const filled = useRef(fill);
  useEffect(() => {
    if (fill === filled.current) return;
    // what stands in the element counts: an input method may hold text that was not told yet
    const standing = element.current.value;
    if (standing === "" || standing === filled.current) put(fill);
    filled.current = fill;
  });
}

/** How many characters there are, of how many. Too many may be typed, and are marked: cutting a paste loses text. */
function Counter({ count, most }) {
  return (
    <span className={count > most ? "counter over" : "counter"}>
      {count} / {most}
      {count > most ? `，超出 ${count - most} 字` : ""}
    </span>
  );
}

/** Text that keeps what is typed in the browser; `most` gives it a counter, `fill` what the server knows meanwhile. */
function Written({ as: Tag, defaultValue, fill, most = 0, onBlur, ...rest }) {
  const initial = defaultValue ?? "";
  const element = useRef(null);
  const [count, setCount] = useState(length(initial));
  const [type, tell, know] = useTelling(onBlur, initial);
  const put = (text) => {
    element.current.value = text;
    setCount(length(text));
    know(text);
  };
  useReset(element, () => put(element.current.value));
  useFilling(element, fill ?? "", put);
  const typed = (event) => {
    if (most > 0) setCount(length(event.target.value));
    type(event);
  };
  const written = (
    <Tag
      {...rest}
      ref={element}
      className="inp"
      defaultValue={initial}
      onChange={typed}
      onCompositionEnd={typed}
      onBlur={(event) => {
        type(event);
        tell();
      }}
    />
  );
  if (Tag === "input" && !most) return written;
  return (
    <div className="area">
      {written}
      {most > 0 && <Counter count={count} most={most} />}
    </div>
  );
}

export const TextArea = (props) => <Written as="textarea" {...props} />;
export const TextInput = (props) => <Written as="input" {...props} />;

/**
 * Pick one of many options by typing a piece of its name; the form sends the option's value.
 *
 * With `onSearch` the options are the server's answer to the text and are shown as they come.
 */
export function Combo({ name, options = [], defaultValue = "", placeholder, sought, onPick, onSearch, ...rest }) {
  const listId = useId();
  const sent = useRef(null);
  const [value, setValue] = useState(defaultValue ?? "");
  const [picked, setPicked] = useState(""); // label of a picked option the server no longer offers
  const [text, setText] = useState(null); // null: nobody is typing, the picked option's name is shown
  const [by, setBy] = useState(""); // what was typed when the option was picked
  const [at, setAt] = useState(0);
  const named = options.find((option) => option.value === value)?.label ?? picked;
  const open = text !== null;
  const shown = !open ? [] : onSearch || text === named ? options.slice(0, MOST_SHOWN) : fitting(options, text).slice(0, MOST_SHOWN);
  const current = Math.min(at, shown.length - 1);
  useReset(sent, () => {
    setValue(defaultValue ?? "");
    setText(null);
    setBy("");
  });

  const take = (option) => {
    setValue(option.value);
    setPicked(option.label);
    if (option.value !== value) setBy(text && text !== named ? text : "");
    setText(null);
    if (option.value !== value) onPick?.(option.value);
  };
  const type = (event) => {
    setText(event.target.value);
    setAt(0);
    if (!event.nativeEvent.isComposing) onSearch?.(event.target.value);
  };
  const leave = () => {
    if (text !== null && !text.trim() && value) take({ value: "", label: "" });
    else setText(null);
  };
  const press = (event) => {
    if (composing(event)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) setText(named);
      else setAt((current + (event.key === "ArrowDown" ? 1 : -1) + shown.length) % Math.max(shown.length, 1));
    } else if (event.key === "Enter" && open) {
      event.preventDefault(); // Enter picks; it sends the form only when the list is closed
      if (shown[current]) take(shown[current]);
    } else if (event.key === "Escape" && open) {
      event.preventDefault(); // of the list alone, not of the dialog around it
      event.stopPropagation();
      setText(null);
    }
  };

  return (
    <div className="combo">
      <input type="hidden" ref={sent} name={name} value={value} />
      {sought && <input type="hidden" name={sought} value={by} />}
      <input
        {...rest}
        className="inp"
        value={text ?? named}
        placeholder={placeholder}
        onChange={type}
        onFocus={(event) => event.target.select()}
        onClick={() => open || setText(named)}
        onBlur={leave}
        onKeyDown={press}
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={open}
        aria-controls={listId}
        aria-activedescendant={shown.length ? `${listId}-${current}` : undefined}
        autoComplete="off"
      />
      {open && (
        <ul id={listId} role="listbox" aria-label={placeholder || "可选项"}>
          {shown.map((option, place) => (
            <li
              key={option.value}
              id={`${listId}-${place}`}
              role="option"
              aria-selected={place === current}
              onMouseMove={() => setAt(place)}
              onMouseDown={(event) => {
                event.preventDefault(); // the input keeps the focus
                take(option);
              }}
            >
              {option.label}
            </li>
          ))}
          {!shown.length && <li className="none">没有符合的选项</li>}
        </ul>
      )}
    </div>
  );
}
