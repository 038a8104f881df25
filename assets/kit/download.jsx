// A file that the server makes on demand: asked for by a request with a body, handed over without leaving the page.

import { useState } from "react";
import { refs } from "$/utils/state";

const LATER = 202;
const SHOWN_MS = 15_000;

/** Say that the file comes later, with the way to where that is seen. */
function tellOfLater(detail) {
  const action = { label: "查看进度", onClick: () => location.assign("/exports") };
  refs.__toast?.success(detail, { action, duration: SHOWN_MS });
}

/** What the server said about a refusal, in its own words. */
async function sentence(answer) {
  try {
    return (await answer.json()).detail || "导出失败，请重试";
  } catch {
    return "导出失败，请重试";
  }
}

/** The name that the server gave the file; the one in Chinese where there is one. */
function nameOf(answer) {
  const said = answer.headers.get("content-disposition") || "";
  const full = /filename\*=UTF-8''([^;]+)/.exec(said);
  return full ? decodeURIComponent(full[1]) : (/filename="([^"]+)"/.exec(said)?.[1] ?? "export.xlsx");
}

function save(file, name) {
  const url = URL.createObjectURL(file);
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Ask for the file and tell of it; rejects with a sentence for the person. */
async function fetchFile(endpoint, body) {
  let answer;
  try {
    answer = await fetch(endpoint, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("网络中断，请重试");
  }
  if (!answer.ok) throw new Error(await sentence(answer));
  if (answer.status === LATER) return tellOfLater((await answer.json()).detail);
  const name = nameOf(answer);
  save(await answer.blob(), name);
  refs.__toast?.success(`已导出：${name}`);
}

export function DownloadButton({ endpoint, body, className, children, ...rest }) {
  const [busy, setBusy] = useState(false);
  const ask = async () => {
    setBusy(true);
    try {
      await fetchFile(endpoint, body);
    } catch (error) {
      refs.__toast?.error(error.message);
    }
    setBusy(false);
  };
  return (
    <button {...rest} type="button" className={className} disabled={busy} aria-busy={busy} onClick={ask}>
      {busy ? "正在导出……" : children}
    </button>
  );
}
