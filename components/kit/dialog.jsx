import { useEffect, useRef } from "react";

// A native dialog kept in step with a boolean of the server. The browser gives
// the focus back to what opened it; Esc asks the server to close it.
export function ModalDialog({ open, label, onClose, className, children }) {
  const element = useRef(null);
  useEffect(() => {
    const dialog = element.current;
    if (open && !dialog.open) {
      dialog.showModal();
      const first = dialog.querySelector("form input:not([type=hidden]):not([type=checkbox]), form select, form textarea");
      first?.focus();
    }
    if (!open && dialog.open) dialog.close();
  }, [open]);
  const cancel = (event) => {
    if (event.target !== element.current) return;
    event.preventDefault();
    onClose?.();
  };
  return (
    <dialog ref={element} className={className} aria-label={label} onCancel={cancel}>
      {open ? children : null}
    </dialog>
  );
}
