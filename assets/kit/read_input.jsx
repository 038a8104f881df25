// Fields that a card reader and a person may both fill; a read never overwrites what somebody typed.

import { useEffect, useRef, useState } from "react";
import { useReset } from "./inputs.jsx";

const plain = (text) => text.normalize("NFKC").trim().toUpperCase();

/**
 * What a card says about one field: it fills a field in which nothing stands, and is offered beside one that differs.
 *
 * `seq` grows with each read; 0 means that no card was read, or that it was set aside. `taken` is the read that is to
 * stand in place of what was typed. A difference stays offered until somebody decides; what was kept against a read
 * goes with the form as `kept.<name>`. `onTake` and `onKeep` stand in where more than this field is decided.
 */
function useCard({ name, value, standing, seq, readValue, taken, before, fill, onTake, onKeep }) {
  const [kept, setKept] = useState(0);
  const [filled, setFilled] = useState(false);
  const seen = useRef(0);
  const took = useRef(0);
  const put = (text, byCard) => {
    setFilled(byCard);
    fill(text);
  };
  useEffect(() => {
    if (seq !== seen.current) {
      seen.current = seq;
      if (!seq && filled) put(before, false);
      if (seq && readValue && (filled || standing() === before)) put(readValue, true);
    }
    if (seq && taken === seq && took.current !== seq) {
      took.current = seq;
      if (readValue) put(readValue, true);
    }
  });
  const differs = seq > 0 && readValue !== "" && value !== "" && plain(value) !== plain(readValue);
  const offer = differs && kept !== seq && {
    take: () => (onTake ? onTake() : put(readValue, true)),
    keep: () => (onKeep ? onKeep() : setKept(seq)),
  };
  const decided = differs && kept === seq && <input type="hidden" name={`kept.${name}`} value={seq} />;
  return { offer, decided, byCard: filled, typed: () => setFilled(false) };
}

function Offer({ shown, whole, onTake, onKeep }) {
  return (
    <div className="offer" role="status">
      <span>证件上为</span>
      <b>{shown}</b>
      <button type="button" className="btn small" onClick={onTake}>
        {whole ? "采用证件" : "采用"}
      </button>
      <button type="button" className="btn txt small" onClick={onKeep}>
        {whole ? "不用这张证件" : "保留所填"}
      </button>
    </div>
  );
}

/** After a read the cursor goes on: to what is undecided, else to what is still asked for; never away from a typist. */
function goOn(form) {
  const now = document.activeElement;
  if (now?.matches?.("input, textarea") && form.contains(now) && now.value && !now.classList.contains("read")) return;
  const undecided = form.querySelector(".offer")?.parentElement.querySelector(".inp");
  const empty = [...form.querySelectorAll("[aria-required=true], [required]")].find((one) => !one.value);
  (undecided ?? empty)?.focus();
}

/** A text input that a card may fill. A value that somebody typed, or is typing, is never overwritten. */
export function ReadInput({
  name,
  readValue = "",
  readSeq = 0,
  readTaken = 0,
  defaultValue = "",
  onCommit,
  onTake,
  onKeep,
  autoFocus,
  ...rest
}) {
  const before = defaultValue ?? "";
  const [value, setValue] = useState(before);
  const input = useRef(null);
  const committed = useRef(before);

  const commit = (text) => {
    if (text === committed.current) return;
    committed.current = text;
    onCommit?.(text);
  };
  const card = useCard({
    name,
    value,
    // What stands in the element counts: an input method may hold text that React has not heard of yet.
    standing: () => input.current?.value ?? value,
    seq: readSeq,
    readValue,
    taken: readTaken,
    before,
    fill: (text) => {
      setValue(text);
      commit(text);
    },
    onTake,
    onKeep,
  });
  useReset(input, () => {
    setValue(before);
    committed.current = before;
    card.typed();
    if (autoFocus) input.current.focus();
  });
  useEffect(() => {
    if (!readSeq || !autoFocus) return undefined;
    const later = setTimeout(() => input.current?.form && goOn(input.current.form), 150); // the fields fill first
    return () => clearTimeout(later);
  }, [readSeq, autoFocus]);

  return (
    <div>
      <input
        {...rest}
        ref={input}
        name={name}
        autoFocus={autoFocus}
        className={card.byCard ? "inp read" : "inp"}
        value={value}
        onChange={(event) => {
          setValue(event.target.value);
          card.typed();
        }}
        onBlur={() => commit(value)}
        autoComplete="off"
      />
      {card.decided}
      {card.offer && (
        <Offer shown={readValue} whole={Boolean(onKeep)} onTake={card.offer.take} onKeep={card.offer.keep} />
      )}
    </div>
  );
}

/** A select that a card may set, as long as nobody chose otherwise. */
export function ReadSelect({
  name,
  choices = [],
  defaultValue = "",
  readValue = "",
  readSeq = 0,
  readTaken = 0,
  onChange,
  onTake,
  onKeep,
  ...rest
}) {
  const before = defaultValue ?? "";
  const element = useRef(null);
  const [value, setValue] = useState(before);
  const fill = (next) => {
    setValue(next);
    onChange?.(next);
  };
  const card = useCard({
    name,
    value,
    standing: () => value,
    seq: readSeq,
    readValue,
    taken: readTaken,
    before,
    fill,
    onTake,
    onKeep,
  });
  useReset(element, () => {
    element.current.value = before;
    setValue(before);
    card.typed();
  });
  const label = (wanted) => choices.find((choice) => choice.value === wanted)?.label ?? wanted;

  return (
    <div>
      <select
        {...rest}
        ref={element}
        name={name}
        className="inp"
        value={value}
        onChange={(event) => {
          fill(event.target.value);
          card.typed();
        }}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
      {card.decided}
      {card.offer && (
        <Offer shown={label(readValue)} whole={Boolean(onKeep)} onTake={card.offer.take} onKeep={card.offer.keep} />
      )}
    </div>
  );
}
