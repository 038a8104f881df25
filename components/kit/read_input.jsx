import { useEffect, useRef, useState } from "react";

// A field that a card may fill. What a person typed stays: the read value is
// offered beside it. An untouched or empty field takes the read value at once.
function useRead({ readValue, readSeq, initial, onCommit }) {
  const [value, setValue] = useState(initial ?? "");
  const [offer, setOffer] = useState(null);
  const [fromCard, setFromCard] = useState(false);
  const typed = useRef(false);
  const composing = useRef(false);
  const current = useRef(initial ?? "");
  const committed = useRef("");

  const put = (next, card) => {
    current.current = next;
    setValue(next);
    setFromCard(card);
  };
  const commit = () => {
    if (current.current !== committed.current) {
      committed.current = current.current;
      onCommit?.(current.current);
    }
  };
  useEffect(() => {
    if (!readSeq || !readValue) return;
    const untouched = !composing.current && (!typed.current || current.current.trim() === "");
    if (untouched) {
      put(readValue, true);
      setOffer(null);
      commit();
    } else if (current.current !== readValue) {
      setOffer(readValue);
    }
  }, [readSeq]);
  return {
    value,
    offer,
    fromCard,
    commit,
    type: (next) => {
      typed.current = true;
      put(next, false);
    },
    compose: (on) => {
      composing.current = on;
    },
    accept: () => {
      put(offer, true);
      typed.current = false;
      setOffer(null);
      commit();
    },
    keep: () => setOffer(null),
  };
}

function Offer({ name, read, shown }) {
  if (read.offer === null) return null;
  return (
    <span className="offer" role="group" aria-label="读卡值与已填写的不同">
      读卡:<b>{shown(read.offer)}</b>
      <button type="button" className="btn small pri" data-accept={name} onClick={read.accept}>采用</button>
      <button type="button" className="btn small" data-keep={name} onClick={read.keep}>保留</button>
    </span>
  );
}

export function ReadInput({ name, readValue, readSeq, initial, placeholder, autoFocus, onCommit }) {
  const read = useRead({ readValue, readSeq, initial, onCommit });
  return (
    <>
      <input
        name={name}
        className={read.fromCard ? "inp from-card" : "inp"}
        value={read.value}
        placeholder={placeholder}
        autoFocus={autoFocus}
        onChange={(event) => read.type(event.target.value)}
        onBlur={read.commit}
        onCompositionStart={() => read.compose(true)}
        onCompositionEnd={() => read.compose(false)}
      />
      {read.fromCard ? <em className="from">读卡</em> : null}
      <Offer name={name} read={read} shown={(value) => value} />
    </>
  );
}

export function ReadSelect({ name, choices, readValue, readSeq, initial, onCommit }) {
  const read = useRead({ readValue, readSeq, initial, onCommit });
  const shown = (value) => choices.find(([key]) => key === value)?.[1] ?? value;
  return (
    <>
      <select
        name={name}
        className={read.fromCard ? "inp from-card" : "inp"}
        value={read.value}
        onChange={(event) => read.type(event.target.value)}
        onBlur={read.commit}
      >
        {choices.map(([key, label]) => (
          <option key={key} value={key}>{label}</option>
        ))}
      </select>
      {read.fromCard ? <em className="from">读卡</em> : null}
      <Offer name={name} read={read} shown={shown} />
    </>
  );
}
