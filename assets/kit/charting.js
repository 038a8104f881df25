// From what a chart says to the option of the library that draws it; nothing here touches the page but the tip.
//
// look: {font, size, text, soft, line, edge, surface, fill(tone), width, height, still}

import { written } from "./numbers.js";

const FEW = 12; // columns that carry their numbers
const DOTS = 40; // points of a line that are drawn as dots
const LINES = 2; // below a column
const GAP = 8; // between two words beside each other
const TURNS = ["brand", "green", "yellow", "orange", "gray"]; // tones of a ring that names none

/** The token of the page that a tone is filled with. */
export const TOKENS = {
  brand: "--brand-500",
  red: "--red-fill",
  orange: "--orange-fill",
  yellow: "--yellow-fill",
  blue: "--blue-fill",
  green: "--green-fill",
  gray: "--edge",
};

const letters = (look, color = look.soft) => ({ fontFamily: look.font, fontSize: look.size, color });

/** How wide a text is, about: Chinese signs are square, others half as wide. */
const widthOf = (text, size) => [...text].reduce((sum, sign) => sum + (sign > "\u2e80" ? 1 : 0.6) * size, 0);

const lies = (shown) => shown.kind === "row";

export const totalOf = (line) => line.values.reduce((sum, value) => sum + value, 0);

/** The tone of one number: its own, or its line's; in a ring one after the other. */
export function toneOf(shown, line, at) {
  return line.tones[at] || (shown.kind === "ring" ? TURNS[at % TURNS.length] : line.tone);
}

/** One mark with where it leads; only then the pointer says so. */
function markOf(line, at, tone, look) {
  const mark = { value: line.values[at], href: line.hrefs[at], cursor: line.hrefs[at] ? "pointer" : "default" };
  return tone ? { ...mark, itemStyle: { color: look.fill(tone) } } : mark;
}

function legendOf(shown, look) {
  return {
    show: shown.lines.length > 1,
    type: "scroll",
    top: 0,
    right: 0,
    icon: "roundRect",
    itemWidth: 10,
    itemHeight: 10,
    itemGap: 14,
    textStyle: letters(look),
    pageTextStyle: letters(look),
    pageIconColor: look.soft,
    pageIconInactiveColor: look.edge,
    inactiveColor: look.edge,
    data: shown.lines.map((line) => line.name),
  };
}

/** A text as it stands below its column: on two lines at most, each no wider than there is room, both about as long. */
function folded(text, room, size) {
  const count = Math.ceil(widthOf(text, size) / room);
  const most = count <= LINES ? Math.min(room, widthOf(text, size) / count + size / 2) : room;
  const lines = [""];
  for (const sign of text) {
    if (widthOf(lines.at(-1) + sign, size) <= most) lines[lines.length - 1] += sign;
    else if (lines.length < LINES) lines.push(sign);
    else return `${lines.join("\n").slice(0, -1)}…`;
  }
  return lines.join("\n");
}

/** How the words stand: all of them below columns that are wide enough, else one in several. */
function standing(shown, look) {
  const step = look.width / shown.labels.length;
  if (shown.kind !== "line" && step >= 2 * look.size + GAP) {
    return { interval: 0, formatter: (label) => folded(label, step - GAP, look.size) };
  }
  const widest = Math.min(6 * look.size, Math.max(...shown.labels.map((label) => widthOf(label, look.size))));
  return { interval: Math.ceil((widest + GAP) / step) - 1, width: widest, overflow: "truncate", ellipsis: "…" };
}

/** The axis of the words. What does not fit is cut; where one points it is whole. */
function wordsOf(shown, look) {
  const beside = { interval: 0, width: Math.min(9 * look.size, look.width * 0.36), overflow: "truncate", ellipsis: "…" };
  return {
    id: "words",
    type: "category",
    data: shown.labels,
    inverse: lies(shown),
    boundaryGap: shown.kind !== "line",
    // a word leads where its one number does: a short bar is hard to hit
    triggerEvent: shown.lines.length === 1 && shown.lines[0].hrefs.some(Boolean),
    tooltip: { show: true },
    axisTick: { show: false },
    axisLine: { show: !lies(shown), lineStyle: { color: look.edge } },
    axisLabel: { ...letters(look), lineHeight: 1.25 * look.size, ...(lies(shown) ? beside : standing(shown, look)) },
  };
}

/** The axis of the numbers; bars that lie carry theirs themselves. */
function numbersOf(shown, look) {
  const whole = shown.lines.every((line) => line.values.every(Number.isInteger));
  const sign = shown.unit === "%" ? "%" : "";
  return {
    id: "numbers",
    type: "value",
    minInterval: whole ? 1 : 0,
    splitNumber: 4,
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { ...letters(look), show: !lies(shown), formatter: (value) => written(value) + sign },
    splitLine: { show: !lies(shown), lineStyle: { color: look.line } },
  };
}

/** The numbers that stand at the ends of bars. */
function endsOf(shown, look) {
  const show = lies(shown) || (shown.kind === "bar" && shown.lines.length === 1 && shown.labels.length <= FEW);
  const position = lies(shown) ? "right" : "top";
  return { ...letters(look, look.text), show, position, distance: 4, formatter: ({ value }) => written(value) };
}

function barsOf(shown, look) {
  const round = { row: [0, 3, 3, 0], bar: [3, 3, 0, 0] }[shown.kind] ?? 0;
  return {
    type: "bar",
    stack: shown.kind === "stack" ? "all" : undefined,
    barMaxWidth: lies(shown) ? 14 : 28,
    barGap: "15%",
    barCategoryGap: "30%",
    itemStyle: { borderRadius: round },
    label: endsOf(shown, look),
  };
}

function curveOf(shown) {
  return {
    type: "line",
    symbol: "circle",
    symbolSize: 7,
    showSymbol: shown.labels.length <= DOTS,
    showAllSymbol: true,
    lineStyle: { width: 2 },
    areaStyle: shown.lines.length === 1 ? { opacity: 0.1 } : undefined,
  };
}

function axesOf(shown, look) {
  const drawn = shown.kind === "line" ? curveOf(shown) : barsOf(shown, look);
  const [words, numbers] = [wordsOf(shown, look), numbersOf(shown, look)];
  const ends = shown.lines.flatMap((line) => line.values.map((value) => widthOf(written(value), look.size)));
  return {
    legend: legendOf(shown, look),
    grid: {
      left: 2,
      right: lies(shown) ? Math.max(...ends) + 8 : 12,
      top: shown.lines.length > 1 ? 32 : lies(shown) ? 2 : 18,
      bottom: 2,
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
    xAxis: lies(shown) ? numbers : words,
    yAxis: lies(shown) ? words : numbers,
    series: shown.lines.map((line, place) => ({
      ...drawn,
      id: `line-${place}`,
      name: line.name,
      color: look.fill(line.tone),
      data: shown.labels.map((_, at) => markOf(line, at, line.tones[at], look)),
    })),
  };
}

/** The sum, in the hole of a ring; the library writes it as the label of the first part. */
function sumOf(shown, look, sum, radius) {
  const size = Math.max(look.size + 2, Math.min(26, radius * 0.32));
  return {
    show: true,
    position: "center",
    silent: true,
    formatter: `{sum|${written(sum)}}\n{unit|${shown.unit}}`,
    rich: {
      sum: { ...letters(look, look.text), fontSize: size, fontWeight: 600, lineHeight: size * 1.3 },
      unit: letters(look),
    },
  };
}

function ringOf(shown, look) {
  const [line] = shown.lines;
  const radius = Math.min(look.width, look.height) / 2 - 4; // a part grows where one points
  const data = shown.labels.map((name, at) => ({
    ...markOf(line, at, toneOf(shown, line, at), look),
    name,
    label: at === 0 ? sumOf(shown, look, totalOf(line), radius) : { show: false },
  }));
  return {
    series: [
      {
        type: "pie",
        id: "line-0",
        name: line.name,
        radius: [radius * 0.64, radius],
        itemStyle: { borderColor: look.surface, borderWidth: 2 },
        labelLine: { show: false },
        emphasis: { scaleSize: 3 },
        data,
      },
    ],
  };
}

const made = (tag, text = "", className = "") => Object.assign(document.createElement(tag), { textContent: text, className });

/** What is said of one label: its whole name, and the number of each line. Elements, so that no name is read as HTML. */
function tipOf(shown, look, at) {
  const tip = made("div");
  tip.append(made("b", shown.labels[at], "chart-tip-head"));
  const tell = (name, value, tone) => {
    const row = made("p");
    const dot = made("i");
    if (tone) dot.style.background = look.fill(tone);
    row.append(dot, made("span", name), made("b", `${written(value)} ${shown.unit}`));
    tip.append(row);
  };
  for (const line of shown.lines) tell(line.name, line.values[at], toneOf(shown, line, at));
  if (shown.kind === "stack" && shown.lines.length > 1) {
    tell("合计", shown.lines.reduce((sum, line) => sum + line.values[at], 0));
  }
  return tip;
}

function tooltipOf(shown, look) {
  return {
    trigger: shown.kind === "ring" ? "item" : "axis",
    confine: true,
    className: "chart-tip",
    transitionDuration: look.still ? 0 : 0.15,
    padding: [8, 12],
    backgroundColor: look.surface,
    borderColor: look.edge,
    borderWidth: 1,
    textStyle: letters(look, look.text),
    axisPointer: {
      type: shown.kind === "line" ? "line" : "shadow",
      lineStyle: { color: look.edge, type: "solid" },
      shadowStyle: { color: look.fill("gray"), opacity: 0.12 },
    },
    formatter: (hit) => tipOf(shown, look, (Array.isArray(hit) ? hit[0] : hit).dataIndex),
  };
}

/** Give the whole option; what is drawn already is changed, not begun anew. */
export function optionOf(shown, look) {
  return {
    animation: !look.still,
    animationDuration: 300,
    animationDurationUpdate: 300,
    textStyle: letters(look),
    tooltip: tooltipOf(shown, look),
    ...(shown.kind === "ring" ? ringOf(shown, look) : axesOf(shown, look)),
  };
}
