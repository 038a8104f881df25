// Pictures from a camera or a folder: sent as they are, one by one, with their progress. They are evidence: the server
// keeps what was given, and makes the copies that screens get.

import { useEffect, useRef, useState } from "react";
import { Icon } from "./icons.jsx";

/** A sentence for a file that need not be sent to be refused. */
function tooLarge(file, mostBytes) {
  if (file.size <= mostBytes) return "";
  const megabytes = (bytes) => (bytes / 1024 / 1024).toFixed(1).replace(/\.0$/, "");
  return `图片最大 ${megabytes(mostBytes)} MB，这张为 ${megabytes(file.size)} MB`;
}

/** What the server said about a refused picture, in its own words. */
function refusal(request) {
  try {
    return JSON.parse(request.responseText).detail || "上传失败";
  } catch {
    return request.status === 413 ? "图片太大" : "上传失败";
  }
}

/** Send one picture; resolves to the server's answer, rejects with a sentence for the person. */
function send(endpoint, file, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("file", file, "picture"); // its name may tell of people
    request.open("POST", endpoint);
    request.upload.onprogress = (event) => event.lengthComputable && onProgress((100 * event.loaded) / event.total);
    request.onerror = () => reject(new Error("网络中断，请重试"));
    request.onload = () => {
      if (request.status < 200 || request.status > 299) reject(new Error(refusal(request)));
      else resolve(JSON.parse(request.responseText));
    };
    request.send(body);
  });
}

/** The picture as the browser draws it; one that it cannot draw (HEIC in most) shows its number. */
function Preview({ url, name }) {
  const [drawn, setDrawn] = useState(true);
  return drawn ? <img src={url} alt={name} onError={() => setDrawn(false)} /> : <span className="undrawn">{name}</span>;
}

/** `onChange` receives the ids of all pictures, whenever they change; one that did not arrive is "sending" or "failed". */
export function Photos({ endpoint, accept, mostBytes, told: words, most = 9, onChange, "aria-labelledby": labelledBy }) {
  const [photos, setPhotos] = useState([]);
  const [left, setLeft] = useState(0);
  const told = useRef("");
  const count = useRef(0);
  const queue = useRef(Promise.resolve());

  const ids = photos.map((photo) => photo.id || (photo.fault ? "failed" : "sending"));
  useEffect(() => {
    if (told.current === ids.join()) return;
    told.current = ids.join();
    onChange?.(ids);
  });

  const change = (key, facts) =>
    setPhotos((all) => all.map((photo) => (photo.key === key ? { ...photo, ...facts } : photo)));

  const upload = async (key, file) => {
    const fault = tooLarge(file, mostBytes);
    change(key, { fault, progress: 0 });
    if (fault) return;
    try {
      const answer = await send(endpoint, file, (progress) => change(key, { progress }));
      change(key, { id: answer.id, note: answer.note, progress: 100 });
    } catch (error) {
      change(key, { fault: error.message });
    }
  };

  // One after the other: a phone on a slow line finishes some pictures instead of none.
  const enqueue = (key, file) => {
    queue.current = queue.current.then(() => upload(key, file));
  };
  const add = (event) => {
    const chosen = [...event.target.files];
    const files = chosen.slice(0, most - photos.length);
    setLeft(chosen.length - files.length);
    event.target.value = "";
    const added = files.map((file) => ({ key: ++count.current, file, url: URL.createObjectURL(file), progress: 0 }));
    setPhotos((all) => [...all, ...added]);
    added.forEach(({ key, file }) => enqueue(key, file));
  };
  const drop = (photo) => {
    URL.revokeObjectURL(photo.url);
    setPhotos((all) => all.filter((one) => one.key !== photo.key));
  };

  return (
    <div className="photos" role="group" aria-labelledby={labelledBy}>
      {photos.map((photo, place) => (
        <div
          key={photo.key}
          className={photo.fault ? "photo failed" : "photo"}
          data-photo={photo.id ? "ready" : photo.fault ? "failed" : "sending"}
        >
          <Preview url={photo.url} name={`图片 ${place + 1}`} />
          {photo.id && photo.note && <span className="note">{photo.note}</span>}
          {photo.fault && (
            <span role="alert">
              {photo.fault}
              <button type="button" className="btn txt small" onClick={() => enqueue(photo.key, photo.file)}>
                重试
              </button>
            </span>
          )}
          {!photo.id && !photo.fault && (
            <progress max="100" value={photo.progress} aria-label={`图片 ${place + 1} 上传进度`} />
          )}
          <button type="button" className="drop" onClick={() => drop(photo)} aria-label={`移除图片 ${place + 1}`}>
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
      {photos.length < most && (
        <>
          <label className="photo add camera">
            <Icon name="camera" size={22} />
            拍照
            <input className="sr" type="file" accept={accept} capture="environment" onChange={add} />
          </label>
          <label className="photo add">
            <Icon name="picture" size={22} />
            选择图片
            <input className="sr" type="file" accept={accept} multiple onChange={add} />
          </label>
        </>
      )}
      <small className="limits">
        {words}
        {left > 0 && <b role="alert">最多 {most} 张，有 {left} 张没有加入</b>}
      </small>
    </div>
  );
}
