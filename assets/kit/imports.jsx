// A sheet that is uploaded to be looked at, the act that imports it, and the file that the act answered.

import { useEffect, useRef, useState } from "react";

/** What the server said about a refusal, in its own words. */
async function sentence(answer) {
  try {
    return (await answer.json()).detail || "上传失败，请重试";
  } catch {
    return answer.status === 413 ? "文件太大" : "上传失败，请重试";
  }
}

/** Post to the server; resolves to its answer, rejects with a sentence for the person. */
async function post(endpoint, body) {
  let answer;
  try {
    answer = await fetch(endpoint, { method: "POST", body, credentials: "same-origin" });
  } catch {
    throw new Error("网络中断，请重试");
  }
  if (!answer.ok) throw new Error(await sentence(answer));
  return answer;
}

/** The file of the last act: it is with this page alone, and gone with it. */
let handed = null;

async function keep(answer) {
  const named = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") || "");
  handed = named && { name: named[1], url: URL.createObjectURL(await answer.blob()) };
}

function forget() {
  if (handed) URL.revokeObjectURL(handed.url);
  handed = null;
}

/** `onStaged` is called once the server has read the sheet; `wanting` says what must be known before. */
export function SheetUpload({ endpoint, endings, most, wanting, onStaged }) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const upload = async (file) => {
    if (!file || busy) return;
    if (wanting) return setFault(wanting);
    setBusy(true);
    setFault("");
    const body = new FormData();
    body.append("file", file, "file");
    try {
      await post(endpoint, body);
      onStaged?.();
    } catch (error) {
      setFault(error.message);
    }
    setBusy(false);
  };
  const choose = (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    upload(file);
  };
  const drop = (event) => {
    event.preventDefault();
    upload(event.dataTransfer.files[0]);
  };
  return (
    <div className="sheet-drop" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <label className={wanting ? "btn" : "btn pri"}>
        {busy ? "正在读取……" : "选择文件"}
        <input className="sr" type="file" accept={endings} disabled={busy || Boolean(wanting)} onChange={choose} />
      </label>
      <small>
        {wanting || "也可以把文件拖到这里"}，{endings.replaceAll(",", "、")} 格式，最大 {most} MB
      </small>
      {fault && (
        <span className="fault" role="alert">
          {fault}
        </span>
      )}
    </div>
  );
}

/** `onDone` is called once the act is done and its file, if there is one, is with the page. */
export function SheetConfirm({ endpoint, label, disabled, onDone }) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const send = async () => {
    setBusy(true);
    setFault("");
    try {
      await keep(await post(endpoint));
      onDone?.();
    } catch (error) {
      setFault(error.message);
      setBusy(false);
    }
  };
  return (
    <>
      {fault && (
        <span className="fault" role="alert">
          {fault}
        </span>
      )}
      <button type="button" className="btn pri" disabled={disabled || busy} onClick={send}>
        {busy ? "正在导入……" : label}
      </button>
    </>
  );
}

/**
 * Give the file of the act as often as it is asked for, until the person says that it is saved (`onSaved`).
 *
 * Until then the dialog around it stays, however often Escape is pressed: nobody else has the file.
 */
export function SheetFile({ label, lost, onSaved }) {
  const box = useRef(null);
  const [given, setGiven] = useState(false);
  const [file] = useState(handed);
  useEffect(() => {
    const dialog = box.current.closest("dialog");
    const stay = (event) => event.target === dialog && dialog.showModal();
    dialog?.addEventListener("close", stay);
    return () => {
      dialog?.removeEventListener("close", stay);
      forget();
    };
  }, []);
  return (
    <div className="form-foot" ref={box}>
      {file ? (
        <a className="btn pri" href={file.url} download={file.name} onClick={() => setGiven(true)}>
          {label}
        </a>
      ) : (
        <span className="fault" role="alert">
          {lost}
        </span>
      )}
      <button type="button" className="btn" disabled={Boolean(file) && !given} onClick={() => onSaved?.()}>
        {file ? "已保存，关闭" : "关闭"}
      </button>
    </div>
  );
}
