// A native dialog that follows a boolean of the page's state, and a gallery that opens pictures large.

import { useEffect, useId, useRef, useState } from "react";
import { Icon } from "./icons.jsx";
import { Watermark } from "./shell.jsx";

const FIRST = "[data-autofocus], input:not([type=hidden]), select, textarea, .btn.pri";

function CloseButton({ onClick }) {
  return (
    <button type="button" className="close" onClick={onClick} aria-label="关闭" title="关闭（Esc）">
      <Icon name="close" />
    </button>
  );
}

/**
 * Show `children` over the page while `open` is true.
 *
 * Escape and the cross ask the page to close (`onClose`); the page decides by setting `open`. A click beside
 * the dialog does nothing: what was typed shall not be lost by a slip of the hand.
 */
export function Dialog({ open, title, wide, watermark = "", onClose, children }) {
  const dialog = useRef(null);
  const titleId = useId();
  useEffect(() => {
    const element = dialog.current;
    if (open && !element.open) {
      element.showModal(); // the browser remembers the focus and gives it back on close()
      element.querySelector(".body")?.querySelector(FIRST)?.focus();
    } else if (!open && element.open) {
      element.close();
    }
  }, [open]);
  const cancel = (event) => {
    if (event.target !== dialog.current) return; // a file input's "cancel" bubbles up here
    event.preventDefault();
    onClose?.();
  };
  // A second Escape closes in spite of preventDefault: the page must hear of that as well.
  const closed = (event) => {
    if (event.target === dialog.current && open) onClose?.();
  };
  return (
    <dialog ref={dialog} className={wide ? "wide" : ""} aria-labelledby={titleId} onCancel={cancel} onClose={closed}>
      {open && (
        <>
          <Watermark text={watermark} />
          <header>
            <h2 id={titleId}>{title}</h2>
            <CloseButton onClick={() => onClose?.()} />
          </header>
          <div className="body">{children}</div>
        </>
      )}
    </dialog>
  );
}

/** Open the pictures behind `button[data-src]` among `children` large, with keys and buttons to go on. */
export function Gallery({ watermark = "", children }) {
  const box = useRef(null);
  const dialog = useRef(null);
  const [place, setPlace] = useState(-1);
  const [pictures, setPictures] = useState([]);
  const shown = pictures[place];

  const open = (event) => {
    const button = event.target.closest("button[data-src]");
    if (!button) return;
    const all = [...box.current.querySelectorAll("button[data-src]")];
    const shape = ({ src, caption = "", original = "" }) => ({ src, caption, original });
    setPictures(all.map((one) => shape(one.dataset)));
    setPlace(all.indexOf(button));
    dialog.current.showModal();
  };
  const turn = (step) => setPlace((place + step + pictures.length) % pictures.length);
  const press = (event) => {
    if (event.key === "ArrowRight") turn(1);
    if (event.key === "ArrowLeft") turn(-1);
  };

  return (
    <>
      <div className="gallery" ref={box} onClick={open}>
        {children}
      </div>
      <dialog ref={dialog} className="lightbox" aria-label="查看图片" onKeyDown={press} onClose={() => setPlace(-1)}>
        {shown && (
          <>
            <Watermark text={watermark} />
            <header>
              <span>{shown.caption}</span>
              {shown.original && (
                <a className="btn small" href={shown.original} download>
                  下载原图
                </a>
              )}
              <CloseButton onClick={() => dialog.current.close()} />
            </header>
            <div className="picture">
              {/* one much longer than wide, as a chat's screenshot, is read by scrolling */}
              <img
                key={shown.src}
                src={shown.src}
                alt={shown.caption || "图片"}
                onLoad={({ target }) => target.classList.toggle("long", target.naturalHeight > 2 * target.naturalWidth)}
              />
            </div>
            <footer>
              <button type="button" className="btn" disabled={pictures.length < 2} onClick={() => turn(-1)}>
                上一张
              </button>
              <span>
                {place + 1} / {pictures.length}
              </span>
              <button type="button" className="btn" disabled={pictures.length < 2} onClick={() => turn(1)}>
                下一张
              </button>
            </footer>
          </>
        )}
      </dialog>
    </>
  );
}
