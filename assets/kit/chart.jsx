// A chart: it draws what the server says, follows theme and size, and leads to what it counts.

import { useEffect, useRef } from "react";
import { Link, useNavigate } from "react-router";
import { init, use } from "echarts/core";
import { BarChart, LineChart, PieChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";
import { TOKENS, optionOf, toneOf, totalOf } from "./charting.js";
import { written } from "./numbers.js";
import "./chart.css";

use([BarChart, LineChart, PieChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

const PAPER = "paper"; // has the light colours whatever the theme (tokens.css)

/** The page's colours, letters and sizes as they are now; a canvas knows no style sheet. */
function lookOf(box) {
  const style = getComputedStyle(box);
  const token = (name) => style.getPropertyValue(name).trim();
  return {
    font: style.fontFamily,
    size: Number.parseFloat(style.fontSize),
    text: token("--text"),
    soft: token("--text-2"),
    line: token("--line"),
    edge: token("--line-2"),
    surface: token("--surface"),
    fill: (tone) => token(TOKENS[tone] ?? TOKENS.brand),
    width: box.clientWidth,
    height: box.clientHeight,
    still: box.classList.contains(PAPER) || window.matchMedia("(prefers-reduced-motion: reduce)").matches,
  };
}

/** Where a mark, or the word below or beside it, leads. */
function addressOf(hit, shown) {
  if (hit.componentType === "series") return hit.data?.href ?? "";
  return shown.lines[0]?.hrefs[shown.labels.indexOf(hit.value)] ?? "";
}

/** Make marks behave as links do: a click goes there, with Ctrl or the middle button in a new tab. */
function lead(chart, shown, navigate) {
  const apart = (href) => window.open(href, "_blank", "noopener");
  chart.on("click", (hit) => {
    const href = addressOf(hit, shown());
    const keys = hit.event?.event ?? {};
    if (!href) return;
    if (keys.ctrlKey || keys.metaKey) apart(href);
    else navigate(href);
  });
  chart.on("mousedown", (hit) => {
    // else the middle button begins to scroll
    if (hit.event?.event.button === 1 && addressOf(hit, shown())) hit.event.event.preventDefault();
  });
  chart.on("mouseup", (hit) => {
    const href = addressOf(hit, shown());
    if (hit.event?.event.button === 1 && href) apart(href);
  });
}

/** Draw a picture in the colours of paper while the page is printed; gives what stops that. */
function print(chart, box, draw) {
  const turn = (event) => {
    box.classList.toggle(PAPER, event.type === "beforeprint");
    draw();
    chart.getZr().flush(); // paper waits for no frame
  };
  window.addEventListener("beforeprint", turn);
  window.addEventListener("afterprint", turn);
  return () => {
    window.removeEventListener("beforeprint", turn);
    window.removeEventListener("afterprint", turn);
  };
}

/** Begin a picture in a box; `draw` shows what is to be shown now, `end` leaves nothing behind. */
function begin(box, shown, navigate) {
  const chart = init(box, null, { renderer: "canvas", locale: "ZH" });
  const draw = () => {
    if (!box.clientWidth || !box.clientHeight) return; // folded away: its size tells when it is seen
    chart.setOption(optionOf(shown(), lookOf(box)), { replaceMerge: ["series"] });
  };
  lead(chart, shown, navigate);
  const stopPrinting = print(chart, box, draw);
  const sizes = new ResizeObserver(() => {
    chart.resize();
    draw();
  });
  const theme = new MutationObserver(draw);
  sizes.observe(box);
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
  return {
    draw,
    end() {
      sizes.disconnect();
      theme.disconnect();
      stopPrinting();
      chart.dispose();
    },
  };
}

function Picture({ shown, label }) {
  const box = useRef(null);
  const picture = useRef(null);
  const latest = useRef({});
  const navigate = useNavigate();
  latest.current = { shown, navigate };
  useEffect(() => {
    picture.current = begin(
      box.current,
      () => latest.current.shown,
      (href) => latest.current.navigate(href),
    );
    return picture.current.end;
  }, []);
  useEffect(() => picture.current.draw(), [shown]);
  return <div className="chart-picture" ref={box} role="img" aria-label={label} />;
}

/** The list beside a ring: word, number and share of each part. */
function Parts({ shown }) {
  const [line] = shown.lines;
  const total = totalOf(line);
  const part = (label, at) => (
    <>
      <i style={{ background: `var(${TOKENS[toneOf(shown, line, at)]})` }} />
      <span className="ell" title={label}>
        {label}
      </span>
      <b>{written(line.values[at])}</b>
      <span>{`${((line.values[at] / total) * 100).toFixed(1)}%`}</span>
    </>
  );
  return (
    <ul className="chart-parts">
      {shown.labels.map((label, at) => (
        <li key={at}>{line.hrefs[at] ? <Link to={line.hrefs[at]}>{part(label, at)}</Link> : <div>{part(label, at)}</div>}</li>
      ))}
    </ul>
  );
}

/**
 * Draw a chart, and again when its numbers change; of another kind it is another picture.
 *
 * shown: {kind, labels, lines: [{name, tone, values, hrefs, tones}], unit}; nothing is drawn before the kind is known.
 */
export function Chart({ shown, label = "" }) {
  if (!shown.kind) return null;
  const picture = <Picture key={shown.kind} shown={shown} label={label} />;
  if (shown.kind !== "ring") return picture;
  return (
    <div className="chart-ring">
      {picture}
      <Parts shown={shown} />
    </div>
  );
}
