// Pictures from a camera or a folder: shrunk in the browser, sent one by one with their progress.

import { useEffect, useRef, useState } from "react";
import { Icon } from "./icons.jsx";

const LONGEST = 1600; // pixels of the longer side
const QUALITY = 0.82;

/** Redraw a picture small enough; that also turns it upright and drops where it was taken. */
async function shrink(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("empty"))), "image/jpeg", QUALITY);
  });
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
function send(endpoint, blob, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("file", blob, "picture.jpg");
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

/** `onChange` receives the ids of all pictures that arrived, whenever they change. */
export function Photos({ endpoint, most = 9, onChange, "aria-labelledby": labelledBy }) {
  const [photos, setPhotos] = useState([]);
  const told = useRef("");
  const count = useRef(0);
  const queue = useRef(Promise.resolve());

  const ids = photos.filter((photo) => photo.id).map((photo) => photo.id);
  useEffect(() => {
    if (told.current === ids.join()) return;
    told.current = ids.join();
    onChange?.(ids);
  });

  const change = (key, facts) =>
    setPhotos((all) => all.map((photo) => (photo.key === key ? { ...photo, ...facts } : photo)));

  const upload = async (key, file) => {
    change(key, { fault: "", progress: 0 });
    // A format the browser cannot draw goes as it is: the server decides, by its content.
    const blob = await shrink(file).catch(() => file);
    try {
      const answer = await send(endpoint, blob, (progress) => change(key, { progress }));
      change(key, { id: answer.id, progress: 100 });
    } catch (error) {
      change(key, { fault: error.message });
    }
  };

  // One after the other: a phone on a slow line finishes some pictures instead of none.
  const enqueue = (key, file) => {
    queue.current = queue.current.then(() => upload(key, file));
  };
  const add = (event) => {
    const files = [...event.target.files].slice(0, most - photos.length);
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
          <img src={photo.url} alt={`图片 ${place + 1}`} />
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
            <input className="sr" type="file" accept="image/*" capture="environment" onChange={add} />
          </label>
          <label className="photo add">
            <Icon name="picture" size={22} />
            选择图片
            <input className="sr" type="file" accept="image/*" multiple onChange={add} />
          </label>
        </>
      )}
    </div>
  );
}
