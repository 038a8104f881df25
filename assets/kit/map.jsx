// A map of areas: filled by one of the numbers that the server says, it follows theme and size, and leads to what it counts.
//
// It works without any tiles. For days it stays one and the same map: new numbers only change what it shows.

import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import * as maplibre from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import worker from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { TOKENS } from "./charting.js";
import { Figures } from "./figures.jsx";
import { written } from "./numbers.js";
import "./map.css";

maplibre.setWorkerUrl(worker);

const NO_WEBGL = "此浏览器没有启用 WebGL，不能显示地图，数字见下表。";
const NO_BORDERS = "乡镇边界没有读到，不能显示地图，数字见下表；刷新页面可以重试。";
const LOCALE = {
  "CooperativeGesturesHandler.WindowsHelpText": "按住 Ctrl 并滚动滚轮可缩放地图",
  "CooperativeGesturesHandler.MacHelpText": "按住 ⌘ 并滚动可缩放地图",
  "CooperativeGesturesHandler.MobileHelpText": "请用两个手指移动地图",
};
const PALEST = 0.06; // of an area without any case
const SHARE = ["coalesce", ["feature-state", "share"], -1];
const FILLED = ["case", ["<", SHARE, 0], 0, ["+", PALEST, ["*", 0.74, SHARE]]];
const POINTED = ["boolean", ["feature-state", "pointed"], false];
const collection = (features) => ({ type: "FeatureCollection", features });

/** The page's colours and letters as they are now; a canvas knows no style sheet. */
function lookOf(box) {
  const style = getComputedStyle(box);
  const token = (name) => style.getPropertyValue(name).trim();
  return { token, font: style.fontFamily.split(",").map((name) => name.trim().replaceAll('"', "")) };
}

/** One rectangle around all areas. */
function boundsOf(areas) {
  const bounds = new maplibre.LngLatBounds();
  const reach = (at) => (typeof at[0] === "number" ? bounds.extend(at) : at.forEach(reach));
  areas.features.forEach((one) => reach(one.geometry.coordinates));
  return bounds;
}

function styleOf(areas, font) {
  return {
    version: 8,
    sources: {
      areas: { type: "geojson", data: areas, promoteId: "code" },
      names: { type: "geojson", data: collection([]) },
    },
    layers: [
      { id: "ground", type: "background" },
      { id: "fill", type: "fill", source: "areas", paint: { "fill-opacity": FILLED } },
      { id: "border", type: "line", source: "areas", paint: { "line-width": ["case", POINTED, 3, 1] } },
      {
        id: "names",
        type: "symbol",
        source: "names",
        layout: {
          "text-font": font,
          "text-size": 12,
          "text-field": ["format", ["get", "name"], {}, "\n", {}, ["get", "number"], { "font-scale": 1.35 }],
          "symbol-sort-key": ["get", "rank"],
        },
        paint: { "text-halo-width": 1.5 },
      },
    ],
  };
}

/** Begin a map in a box; `latest` gives what is to be shown now, `end` leaves nothing behind. */
function begin(box, areas, latest) {
  const bounds = boundsOf(areas);
  const fit = () => ({
    padding: { top: box.nextElementSibling.offsetHeight + 12, bottom: 12, left: 12, right: 12 }, // below the tools
    animate: false,
  });
  const map = new maplibre.Map({
    container: box,
    style: styleOf(areas, lookOf(box).font),
    bounds,
    fitBoundsOptions: fit(),
    locale: LOCALE,
    attributionControl: false,
    cooperativeGestures: true, // the page scrolls where a map lies
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    keyboard: false, // the table below is the way of the keyboard
    renderWorldCopies: false,
  });
  map.touchZoomRotate.disableRotation();
  for (const name of ["tabindex", "role", "aria-label"]) map.getCanvas().removeAttribute(name);

  let [ready, moved] = [false, false];
  const whole = () => {
    moved = false;
    map.fitBounds(bounds, fit());
  };
  const draw = () => ready && paint(map, box, areas, latest());
  map.on("load", () => {
    ready = true;
    draw();
  });
  map.on("webglcontextlost", () => (ready = false));
  map.on("webglcontextrestored", () => map.once("idle", () => (ready = true) && draw()));
  map.on("movestart", (event) => (moved ||= Boolean(event.originalEvent)));
  map.on("resize", () => moved || whole());
  point(map, latest);
  const theme = new MutationObserver(draw);
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
  return {
    draw,
    whole,
    end() {
      theme.disconnect();
      map.remove();
    },
  };
}

/** Fill the areas by one line of numbers, the deepest where it is most, and write names and numbers. */
function paint(map, box, areas, { shown, line }) {
  const { token } = lookOf(box);
  const most = Math.max(1, ...line.values.filter((_, at) => shown.keys[at]));
  map.setPaintProperty("ground", "background-color", token("--surface-2"));
  map.setPaintProperty("fill", "fill-color", token(TOKENS[line.tone]));
  map.setPaintProperty("border", "line-color", token("--edge"));
  map.setPaintProperty("names", "text-color", token("--text"));
  map.setPaintProperty("names", "text-halo-color", token("--surface"));
  const names = areas.features.map(({ properties: { code, name, center } }) => {
    const at = shown.keys.indexOf(code);
    const value = at < 0 ? 0 : line.values[at];
    map.setFeatureState({ source: "areas", id: code }, { share: at < 0 ? -1 : value / most });
    const properties = { name, number: at < 0 ? "" : written(value), rank: -value };
    return { type: "Feature", properties, geometry: { type: "Point", coordinates: center } };
  });
  map.getSource("names").setData(collection(names));
}

/** Say what lies below the pointer, and go there when it is pressed: with Ctrl in a new tab, as links do. */
function point(map, latest) {
  let pointed = null;
  const turn = (code) => {
    if (code === pointed) return;
    if (pointed !== null) map.setFeatureState({ source: "areas", id: pointed }, { pointed: false });
    if (code !== null) map.setFeatureState({ source: "areas", id: code }, { pointed: true });
    pointed = code;
  };
  map.on("mousemove", "fill", ({ features, point: at }) => {
    const { shown, tell } = latest();
    const { code, name } = features[0].properties;
    const place = shown.keys.indexOf(code);
    const counts = shown.lines.map((line) => `${line.name} ${written(line.values[place] ?? 0)} ${shown.unit}`);
    turn(code);
    map.getCanvas().style.cursor = place < 0 ? "" : "pointer";
    tell({ words: place < 0 ? name : `${name}：${counts.join("，")}`, at, box: map.getContainer() });
  });
  map.on("mouseleave", "fill", () => {
    turn(null);
    map.getCanvas().style.cursor = "";
    latest().tell(null);
  });
  map.on("click", "fill", ({ features, originalEvent: keys }) => {
    const { shown, line, navigate } = latest();
    const href = line.hrefs[shown.keys.indexOf(features[0].properties.code)];
    if (!href) return;
    if (keys.ctrlKey || keys.metaKey) window.open(href, "_blank", "noopener");
    else navigate(href);
  });
}

/** Read the borders and begin the map; gives why there is none, or nothing. */
async function open(box, borders, latest, signal) {
  if (!document.createElement("canvas").getContext("webgl2")) return { fault: NO_WEBGL };
  try {
    const answer = await fetch(borders, { signal });
    const areas = answer.ok ? await answer.json() : collection([]);
    if (signal.aborted) return {};
    if (!areas.features.length) return { fault: NO_BORDERS };
    return { map: begin(box, areas, latest) };
  } catch (error) {
    if (signal.aborted) return {};
    console.error(error);
    return { fault: error.name === "GPUInitializationError" ? NO_WEBGL : NO_BORDERS };
  }
}

/** What is told beside the pointer, on the side where there is room. */
function Tip({ words, at, box }) {
  const across = at.x > box.clientWidth / 2 ? "calc(-100% - 12px)" : "12px";
  const down = at.y > box.clientHeight / 2 ? "calc(-100% - 12px)" : "12px";
  return (
    <div className="map-tip" style={{ left: at.x, top: at.y, translate: `${across} ${down}` }}>
      {words}
    </div>
  );
}

/** Which number fills the areas, how deep the colour goes, and back to the whole after one has moved. */
function Tools({ shown, line, pick, whole }) {
  const most = Math.max(0, ...line.values.filter((_, at) => shown.keys[at]));
  return (
    <div className="map-tools">
      <div role="group" aria-label="地图上的数字">
        {shown.lines.map((one, at) => (
          <button
            type="button"
            key={one.name}
            className={one === line ? "btn small on" : "btn small"}
            aria-pressed={one === line}
            onClick={() => pick(at)}
          >
            {one.name}
          </button>
        ))}
      </div>
      <span className="map-scale">
        0<i style={{ "--tone": `var(${TOKENS[line.tone]})` }} />
        {`${written(most)} ${shown.unit}`}
      </span>
      <button type="button" className="btn small" onClick={whole}>
        全图
      </button>
    </div>
  );
}

/**
 * Draw areas with the number of each, and below them all numbers as a table.
 *
 * shown: {labels, keys, lines: [{name, tone, values, hrefs}], unit, said}; a label without a key is in the table alone.
 */
export function AreaMap({ shown, borders, label = "" }) {
  const box = useRef(null);
  const map = useRef(null);
  const latest = useRef({});
  const [picked, pick] = useState(0);
  const [told, tell] = useState(null);
  const [fault, setFault] = useState("");
  const navigate = useNavigate();
  const line = shown.lines[picked] ?? shown.lines[0];
  latest.current = { shown, line, navigate, tell };
  useEffect(() => {
    const ending = new AbortController();
    open(box.current, borders, () => latest.current, ending.signal).then((found) => {
      map.current = found.map;
      setFault(found.fault ?? "");
    });
    return () => {
      ending.abort();
      map.current?.end();
      map.current = null;
    };
  }, [borders]);
  useEffect(() => {
    map.current?.draw();
  }, [shown, line]);
  return (
    <>
      {fault ? (
        <p className="map-fault muted" role="status">
          {fault}
        </p>
      ) : (
        <div className="map-place">
          <div className="map-picture" ref={box} role="img" aria-label={label} />
          <Tools shown={shown} line={line} pick={pick} whole={() => map.current?.whole()} />
          {told && <Tip {...told} />}
        </div>
      )}
      <Figures shown={shown} label={label} open={fault !== ""} />
    </>
  );
}
