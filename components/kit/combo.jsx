import { useMemo, useRef, useState } from "react";

// Type-ahead over a list the page already has. The chosen value travels in a
// hidden input, so that sending the form delivers it.
export function Combo({ name, options, initial, placeholder, onPick }) {
  const [value, setValue] = useState(initial ?? "");
  const label = (key) => options.find((option) => option.value === key)?.label ?? "";
  const [text, setText] = useState(null);
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState(false);
  const composing = useRef(false);
  const found = useMemo(() => {
    const wanted = (text ?? "").trim().toLowerCase();
    return options.filter((option) => !wanted || option.label.toLowerCase().includes(wanted)).slice(0, 50);
  }, [text, options]);
  const pick = (option) => {
    setValue(option.value);
    setText(null);
    setOpen(false);
    onPick?.(option.value);
  };
  const leave = () => {
    setOpen(false);
    if (text !== null && text.trim() === "") { setValue(""); onPick?.(""); }
    setText(null);
  };
  const press = (event) => {
    if (composing.current || event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") { event.preventDefault(); setOpen(true); setAt(Math.min(at + 1, found.length - 1)); }
    else if (event.key === "ArrowUp") { event.preventDefault(); setAt(Math.max(at - 1, 0)); }
    else if (event.key === "Enter" && open && found[at]) { event.preventDefault(); pick(found[at]); }
    else if (event.key === "Escape" && open) { event.preventDefault(); event.stopPropagation(); setOpen(false); }
  };
  return (
    <span className="combo">
      <input type="hidden" name={name} value={value} />
      <input
        className="inp" role="combobox" aria-expanded={open} aria-autocomplete="list" placeholder={placeholder}
        data-combo={name} autoComplete="off" value={text ?? label(value)}
        onChange={(event) => { setText(event.target.value); setAt(0); setOpen(true); }}
        onFocus={(event) => { event.target.select(); setOpen(true); }}
        onBlur={leave} onKeyDown={press}
        onCompositionStart={() => { composing.current = true; }}
        onCompositionEnd={() => { composing.current = false; }}
      />
      {open ? (
        <ul role="listbox">
          {found.map((option, place) => (
            <li key={option.value} role="option" aria-selected={place === at}
              onMouseDown={(event) => { event.preventDefault(); pick(option); }}>{option.label}</li>
          ))}
          {found.length ? null : <li className="muted">没有符合的选项</li>}
        </ul>
      ) : null}
    </span>
  );
}
