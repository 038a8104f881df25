import { useEffect, useRef, useState } from "react";

/**
 * What a card reader and a person may both fill.
 * A read fills an untouched field at once; where something else was typed, both values stand side by side.
 */
function useRead({ readValue, readSeq, defaultValue, onCommit, same = (value) => value }) {
  const [value, setValue] = useState(defaultValue ?? "");
  const [touched, setTouched] = useState(false);
  const [byCard, setByCard] = useState(false);
  const [offer, setOffer] = useState(null);
  const composing = useRef(false);
  const waiting = useRef(null);
  const told = useRef(defaultValue ?? "");
  const seen = useRef(0);

  const tell = (next) => {
    if (next === told.current) return;
    told.current = next;
    onCommit?.(next);
  };
  const take = (read) => {
    setValue(read);
    setByCard(true);
    setTouched(false);
    setOffer(null);
    tell(read);
  };
  const arrive = (read) => {
    const empty = value === "" || !touched;
    if (empty || same(value) === same(read)) take(read);
    else setOffer(read);
  };

  useEffect(() => {
    if (!readSeq || readSeq === seen.current) return;
    seen.current = readSeq;
    if (!readValue) return;
    if (composing.current) waiting.current = readValue;
    else arrive(readValue);
  }, [readSeq, readValue]);

  const type = (next) => {
    setValue(next);
    setTouched(true);
    setByCard(false);
  };
  const endComposition = (next) => {
    composing.current = false;
    if (waiting.current === null) return;
    const read = waiting.current;
    waiting.current = null;
    if (next === "") take(read);
    else setOffer(read);
  };
  return { value, byCard, offer, setOffer, composing, type, take, tell, endComposition };
}

function Choice({ read, shown }) {
  return (
    <div className="choice" role="status">
      <span>
        读卡：<b>{shown}</b>
      </span>
      <button type="button" className="btn small pri" onClick={() => read.take(read.offer)}>
        采用
      </button>
      <button type="button" className="btn small" onClick={() => read.setOffer(null)}>
        保留
      </button>
    </div>
  );
}

function Frame({ read, shown, children }) {
  return (
    <div className={read.byCard ? "read by-card" : "read"}>
      {children}
      {read.byCard ? <span className="by">读卡</span> : null}
      {read.offer === null ? null : <Choice read={read} shown={shown ?? read.offer} />}
    </div>
  );
}

const plain = (text) => text.replace(/\s/g, "").toUpperCase();

export function ReadInput({ readValue, readSeq, defaultValue, onCommit, ...rest }) {
  const read = useRead({ readValue, readSeq, defaultValue, onCommit, same: plain });
  return (
    <Frame read={read}>
      <input
        {...rest}
        value={read.value}
        onChange={(event) => read.type(event.target.value)}
        onBlur={(event) => read.tell(event.target.value)}
        onCompositionStart={() => {
          read.composing.current = true;
        }}
        onCompositionEnd={(event) => read.endComposition(event.target.value)}
      />
    </Frame>
  );
}

export function ReadSelect({ choices, readValue, readSeq, defaultValue, onCommit, ...rest }) {
  const read = useRead({ readValue, readSeq, defaultValue, onCommit });
  const label = choices.find((choice) => choice.value === read.offer)?.label;
  return (
    <Frame read={read} shown={label}>
      <select
        {...rest}
        value={read.value}
        onChange={(event) => {
          read.type(event.target.value);
          read.tell(event.target.value);
        }}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </Frame>
  );
}
