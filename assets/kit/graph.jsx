// A way of work as a picture: places with arrows between them, laid out by the server.

import { useMemo, useState } from "react";
import { Handle, MarkerType, Position, ReactFlow } from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import "./graph.css";

const SIDES = { left: Position.Left, right: Position.Right, top: Position.Top, bottom: Position.Bottom };

/** One place. It takes the focus itself, so that keys reach the same words as the pointer. */
function Place({ id, data }) {
  return (
    <div
      className={`place ${data.tone}${data.lit ? " lit" : ""}`}
      tabIndex={0}
      role="button"
      aria-label={data.spoken}
      onFocus={() => data.point(id)}
      onBlur={() => data.point("")}
    >
      {Object.entries(SIDES).flatMap(([side, position]) => [
        <Handle key={`${side}-in`} id={`${side}-in`} type="target" position={position} isConnectable={false} />,
        <Handle key={`${side}-out`} id={`${side}-out`} type="source" position={position} isConnectable={false} />,
      ])}
      <b>{data.label}</b>
      {data.word && <small>{data.word}</small>}
    </div>
  );
}

const KINDS = { place: Place };
const COLOURS = { "": "var(--edge)", changed: "var(--orange-fill)", gone: "var(--red-fill)", lit: "var(--brand-500)" };

/** What stands on an arrow: all its steps while its place is pointed at, else only how it differs. */
function caption(way, pointed, beside) {
  if (!pointed) return way.word || undefined;
  const [first, ...others] = way.label.split("、");
  const steps = beside && others.length ? `${first} 等` : way.label;
  return way.word ? `${way.word} ${steps}` : steps;
}
const [WIDE, HIGH] = [124, 52]; // of a place, as in graph.css
const [ACROSS, DOWN, INSET] = [192, 112, 30]; // from one place to the next, and around all
const span = (count, step, size) => (count - 1) * step + size + 2 * INSET;

/**
 * Draw places and arrows; pointing at a place, or reaching it by Tab, lights its arrows and tells who goes them.
 *
 * nodes: [{id, label, word, tone, column, row}], edges: [{id, source, target, leave, enter, label, who, tone, word, minor}].
 * Minor arrows are drawn only while one of their places is pointed at.
 */
export function Graph({ nodes = [], edges = [], columns = 1, rows = 1, label = "" }) {
  const [at, point] = useState("");
  const names = useMemo(() => Object.fromEntries(nodes.map((one) => [one.id, one.label])), [nodes]);
  const column = useMemo(() => Object.fromEntries(nodes.map((one) => [one.id, one.column])), [nodes]);
  const leaving = edges.filter((one) => one.source === at && one.tone !== "gone");
  const touched = (one) => at !== "" && (one.source === at || one.target === at);

  const places = nodes.map((one) => ({
    id: one.id,
    type: "place",
    position: { x: INSET + one.column * ACROSS, y: INSET + one.row * DOWN },
    data: { ...one, point, lit: one.id === at, spoken: `${one.label}${one.word ? `，${one.word}` : ""}` },
  }));
  const arrows = edges
    .filter((one) => !one.minor || touched(one))
    .map((one) => ({
      id: one.id,
      source: one.source,
      target: one.target,
      sourceHandle: `${one.leave}-out`,
      targetHandle: `${one.enter}-in`,
      // Arrows that turn back to their own side run around what lies between; the farther, the wider.
      type: one.leave === one.enter ? "smoothstep" : "default",
      pathOptions: { offset: 8 + 6 * Math.abs(column[one.source] - column[one.target]), borderRadius: 8 },
      className: `${one.tone}${touched(one) ? " lit" : ""}${at !== "" && !touched(one) ? " dim" : ""}`,
      label: caption(one, one.source === at, Math.abs(column[one.source] - column[one.target]) === 1),
      labelShowBg: true,
      labelBgPadding: [4, 2],
      zIndex: touched(one) ? 2 : 0,
      markerEnd: {
        type: MarkerType.ArrowClosed,
        width: 18,
        height: 18,
        markerUnits: "userSpaceOnUse",
        color: COLOURS[touched(one) ? "lit" : one.tone],
      },
    }));

  return (
    <div className="graph">
      <div className="graph-box" tabIndex={-1}>
        <div style={{ width: span(columns, ACROSS, WIDE), height: span(rows, DOWN, HIGH) }} role="group" aria-label={label}>
          <ReactFlow
            nodes={places}
            edges={arrows}
            nodeTypes={KINDS}
            defaultViewport={{ x: 0, y: 0, zoom: 1 }}
            nodesDraggable={false}
            nodesConnectable={false}
            nodesFocusable={false}
            edgesFocusable={false}
            elementsSelectable={false}
            panOnDrag={false}
            zoomOnScroll={false}
            zoomOnPinch={false}
            zoomOnDoubleClick={false}
            preventScrolling={false}
            onNodeMouseEnter={(_, node) => point(node.id)}
            onNodeMouseLeave={() => point("")}
            proOptions={{ hideAttribution: true }}
          />
        </div>
      </div>
      <p className="graph-told muted" role="status">
        {at === ""
          ? "指向或用 Tab 键移到一个状态，可看到从这里出发的步骤由谁办理"
          : leaving.length === 0
            ? `${names[at]}：到此为止，没有后续步骤`
            : `${names[at]}：${leaving.map((one) => `${one.label} → ${names[one.target]}（${one.who}）`).join("；")}`}
      </p>
    </div>
  );
}
