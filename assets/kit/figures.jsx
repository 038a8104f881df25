// The numbers of a chart in words: what it counts, and a table that is folded away until somebody asks.

import { useEffect, useRef } from "react";
import { Link } from "react-router";
import { written } from "./numbers.js";

/** Open what is folded while the page goes to paper. */
function useOpenOnPaper(details) {
  useEffect(() => {
    let open = false;
    const before = () => {
      open = details.current.open;
      details.current.open = true;
    };
    const after = () => {
      details.current.open = open;
    };
    window.addEventListener("beforeprint", before);
    window.addEventListener("afterprint", after);
    return () => {
      window.removeEventListener("beforeprint", before);
      window.removeEventListener("afterprint", after);
    };
  }, [details]);
}

function Figure({ line, at, label, unit }) {
  const number = written(line.values[at]);
  if (!line.hrefs[at]) return number;
  return (
    <Link to={line.hrefs[at]} aria-label={`${label}，${line.name} ${number} ${unit}`}>
      {number}
    </Link>
  );
}

/** shown: {labels, lines: [{name, values, hrefs}], unit, said}; every number leads where its mark does. */
export function Figures({ shown, label = "", open = false }) {
  const details = useRef(null);
  useOpenOnPaper(details);
  return (
    <details className="chart-figures" ref={details} open={open}>
      <summary>
        <span className="muted">{shown.said}</span>
        <span className="chart-open">
          查看数据表<span className="sr">：{label}</span>
        </span>
      </summary>
      <div className="chart-table" tabIndex={0} role="region" aria-label={`${label}数据表`}>
        <table>
          <caption className="sr">{label}</caption>
          <thead>
            <tr>
              <th scope="col">项目</th>
              {shown.lines.map((line, at) => (
                <th scope="col" key={at}>{`${line.name}（${shown.unit}）`}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.labels.map((name, at) => (
              <tr key={at}>
                <th scope="row">{name}</th>
                {shown.lines.map((line, column) => (
                  <td key={column}>
                    <Figure line={line} at={at} label={name} unit={shown.unit} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
