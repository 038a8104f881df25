import { useEffect, useRef } from "react";

/** A native modal dialog that follows `open`; Esc asks the server to close it, focus returns by itself. */
export function Dialog({ open, onClose, children, ...rest }) {
  const box = useRef(null);

  useEffect(() => {
    const dialog = box.current;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);

  // A file input inside fires `cancel` too, and that one bubbles.
  const ask = (event) => {
    if (event.target !== box.current) return;
    event.preventDefault();
    onClose?.();
  };
  // A second Esc closes in spite of preventDefault: the server must hear of that as well.
  const closed = (event) => {
    if (event.target === box.current && open) onClose?.();
  };

  return (
    <dialog ref={box} onCancel={ask} onClose={closed} {...rest}>
      {open ? children : null}
    </dialog>
  );
}
