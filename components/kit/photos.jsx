import { useEffect, useRef, useState } from "react";

const LONGEST = 1600;

// Redrawn on a canvas a picture is smaller, upright and free of its place. What
// the browser cannot read is sent as it is: the server says what is wrong with it.
async function shrunk(file) {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => canvas.toBlob((blob) => done(blob ?? file), "image/jpeg", 0.82));
  } catch {
    return file;
  }
}

function upload(endpoint, body, onProgress) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", endpoint);
    request.upload.onprogress = (event) => onProgress(Math.round((100 * event.loaded) / event.total));
    request.onerror = () => done({ error: "网络中断,请重试" });
    request.onload = () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { answer = {}; }
      done(request.status === 201 ? { id: answer.id } : { error: answer.detail ?? "上传失败,请重试" });
    };
    const form = new FormData();
    form.append("file", body, "picture.jpg");
    request.send(form);
  });
}

export function Photos({ endpoint, most, onPhotos }) {
  const [photos, setPhotos] = useState([]);
  const counter = useRef(0);
  const change = (key, patch) => setPhotos((all) => all.map((one) => (one.key === key ? { ...one, ...patch } : one)));
  useEffect(() => {
    if (counter.current) onPhotos?.(photos.filter((one) => one.id).map((one) => one.id));
  }, [photos.map((one) => one.id ?? "").join()]);
  const send = async (key, file) => {
    change(key, { error: null, percent: 0 });
    change(key, await upload(endpoint, await shrunk(file), (percent) => change(key, { percent })));
  };
  const add = (files) => {
    for (const file of [...files].slice(0, most - photos.length)) {
      const key = ++counter.current;
      setPhotos((all) => [...all, { key, file, percent: 0, view: URL.createObjectURL(file) }]);
      send(key, file);
    }
  };
  const remove = (key) => setPhotos((all) => all.filter((one) => one.key !== key));
  return (
    <span className="photos">
      {photos.map((one) => (
        <span key={one.key} className={one.error ? "bad" : ""} data-photo={one.id ? "ready" : one.error ? "bad" : "sending"}>
          {one.error ? (
            <span role="alert">{one.error} <a href="#retry" onClick={(event) => { event.preventDefault(); send(one.key, one.file); }}>重试</a></span>
          ) : one.id ? <img src={one.view} alt="现场图片" /> : `${one.percent}%`}
          <button type="button" aria-label="移除图片" onClick={() => remove(one.key)}>✕</button>
        </span>
      ))}
      {photos.length < most ? (
        <label>＋ 拍照或选图
          <input type="file" accept="image/*" capture="environment" multiple aria-label="选择现场图片"
            onChange={(event) => { add(event.target.files); event.target.value = ""; }} />
        </label>
      ) : null}
    </span>
  );
}
