// Inputs that keep what is typed in the browser; a form sends their value under `name`.

import { useEffect, useId, useRef, useState } from "react";

const MOST_SHOWN = 50;
const PAUSE = 700; // milliseconds without a key
const composing = (event) => event.nativeEvent.isComposing || event.keyCode === 229;

/**
 * A text area with a counter of characters. Too much may be typed, and is marked: cutting a paste loses text.
 *
 * `onBlur` receives a changed text when the field is left, and while somebody writes at every pause: who
 * reloads the page in the middle of a long text finds it again.
 */
export function TextArea({ name, defaultValue = "", most, onBlur, ...rest }) {
  const [count, setCount] = useState(Array.from(defaultValue ?? "").length);
  const pause = useRef(null);
  const told = useRef(defaultValue ?? "");
  useEffect(() => () => clearTimeout(pause.current), []);

  const tell = (text) => {
    clearTimeout(pause.current);
    if (text === told.current) return;
    told.current = text;
    onBlur?.(text);
  };
  const type = (event) => {
    const text = event.target.value;
    setCount(Array.from(text).length);
    clearTimeout(pause.current);
    if (!event.nativeEvent.isComposing) pause.current = setTimeout(() => tell(text), PAUSE);
  };

  return (
    <div className="area">
      <textarea
        {...rest}
        name={name}
        className="inp"
        defaultValue={defaultValue}
        onChange={type}
        onCompositionEnd={type}
        onBlur={(event) => tell(event.target.value)}
      />
      {most > 0 && (
        <span className={count > most ? "counter over" : "counter"}>
          {count} / {most}
          {count > most ? `，超出 ${count - most} 字` : ""}
        </span>
      )}
    </div>
  );
}

/** Options whose label holds every word of the text, in any order. */
function fitting(options, text) {
  const words = text.trim().toLowerCase().split(/\s+/);
  return options.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word))).slice(0, MOST_SHOWN);
}

/**
 * Pick one of many options by typing a piece of its name; the form sends the option's value.
 *
 * With `onSearch` the options are the server's answer to the text and are shown as they come.
 */
export function Combo({ name, options = [], defaultValue = "", placeholder, onPick, onSearch, ...rest }) {
  const listId = useId();
  const [value, setValue] = useState(defaultValue ?? "");
  const [picked, setPicked] = useState(""); // label of a picked option the server no longer offers
  const [text, setText] = useState(null); // null: nobody is typing, the picked option's name is shown
  const [at, setAt] = useState(0);
  const named = options.find((option) => option.value === value)?.label ?? picked;
  const open = text !== null;
  const shown = !open ? [] : onSearch || text === named ? options.slice(0, MOST_SHOWN) : fitting(options, text);
  const current = Math.min(at, shown.length - 1);

  const take = (option) => {
    setValue(option.value);
    setPicked(option.label);
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
      <input type="hidden" name={name} value={value} />
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

/**
 * What a card says about one field: it fills a field nobody touched, and is offered beside one that was.
 *
 * `seq` grows with each read; 0 means that no card was read.
 */
function useOffer(seq, readValue, { isTouched, fill }) {
  const [offer, setOffer] = useState("");
  const seen = useRef(0);
  useEffect(() => {
    if (seq === seen.current) return;
    seen.current = seq;
    setOffer("");
    if (!seq || !readValue) return;
    if (isTouched()) setOffer(readValue);
    else fill(readValue);
  });
  return [offer, () => setOffer("")];
}

function Offer({ shown, onTake, onKeep }) {
  return (
    <div className="offer" role="status">
      <span>证件上为</span>
      <b>{shown}</b>
      <button type="button" className="btn small" onClick={onTake}>
        采用
      </button>
      <button type="button" className="btn txt small" onClick={onKeep}>
        保留所填
      </button>
    </div>
  );
}

/** A text input that a card may fill. A value that somebody typed, or is typing, is never overwritten. */
export function ReadInput({ name, readValue = "", readSeq = 0, defaultValue = "", onCommit, ...rest }) {
  const [value, setValue] = useState(defaultValue ?? "");
  const [fromCard, setFromCard] = useState(false);
  const input = useRef(null);
  const committed = useRef(defaultValue ?? "");

  const commit = (text) => {
    if (text === committed.current) return;
    committed.current = text;
    onCommit?.(text);
  };
  const fill = (text) => {
    setValue(text);
    setFromCard(true);
    commit(text);
  };
  const isTouched = () => {
    // What stands in the element counts: an input method may hold text that React has not heard of yet.
    const standing = input.current?.value ?? value;
    return standing !== "" && !fromCard && standing.trim().toUpperCase() !== readValue;
  };
  const [offer, forget] = useOffer(readSeq, readValue, { isTouched, fill });

  return (
    <div>
      <input
        {...rest}
        ref={input}
        name={name}
        className={fromCard ? "inp read" : "inp"}
        value={value}
        onChange={(event) => {
          setValue(event.target.value);
          setFromCard(false);
        }}
        onBlur={() => commit(value)}
        autoComplete="off"
      />
      {offer && offer !== value && (
        <Offer
          shown={offer}
          onTake={() => {
            fill(offer);
            forget();
          }}
          onKeep={forget}
        />
      )}
    </div>
  );
}

/** A select that a card may set, as long as nobody chose otherwise. */
export function ReadSelect({ name, choices = [], defaultValue = "", readValue = "", readSeq = 0, onChange, ...rest }) {
  const [value, setValue] = useState(defaultValue ?? "");
  const [chosen, setChosen] = useState(false);
  const fill = (next) => {
    setValue(next);
    setChosen(false);
    onChange?.(next);
  };
  const isTouched = () => chosen && value !== readValue;
  const [offer, forget] = useOffer(readSeq, readValue, { isTouched, fill });
  const label = (wanted) => choices.find((choice) => choice.value === wanted)?.label ?? wanted;

  return (
    <div>
      <select
        {...rest}
        name={name}
        className="inp"
        value={value}
        onChange={(event) => {
          setValue(event.target.value);
          setChosen(true);
          onChange?.(event.target.value);
        }}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
      {offer && offer !== value && (
        <Offer
          shown={label(offer)}
          onTake={() => {
            fill(offer);
            forget();
          }}
          onKeep={forget}
        />
      )}
    </div>
  );
}
