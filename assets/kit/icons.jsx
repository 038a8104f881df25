// The product's icons: strokes on a 24 × 24 grid, in the colour of the text around them.

const SHAPES = {
  alarm: <><circle cx="12" cy="13" r="7.5" /><path d="M12 9v4l2.5 2M4.5 3.5 2 6M19.5 3.5 22 6" /></>,
  bell: <><path d="M5 17h14l-1.8-2.6V10a5.2 5.2 0 0 0-10.4 0v4.4z" /><path d="M10 20.5h4" /></>,
  board: <><rect x="3" y="3" width="8" height="10" rx="1.5" /><rect x="13" y="3" width="8" height="5" rx="1.5" /><rect x="3" y="16" width="8" height="5" rx="1.5" /><rect x="13" y="11" width="8" height="10" rx="1.5" /></>,
  branch: <><circle cx="6" cy="5" r="2.2" /><circle cx="6" cy="19" r="2.2" /><circle cx="18" cy="8" r="2.2" /><path d="M6 7.2v9.6M6 15c0-4 12-1.5 12-4.8" /></>,
  building: <><path d="M5 21V4.5h9V21M14 9.5h5V21M2.5 21h19" /><path d="M8 8.5h3M8 12h3M8 15.5h3" /></>,
  calendar: <><rect x="3.5" y="5" width="17" height="15.5" rx="2" /><path d="M3.5 10h17M8 2.5V7M16 2.5V7" /></>,
  camera: <><path d="M3 8h4l1.8-2.8h6.4L17 8h4v11.5H3z" /><circle cx="12" cy="13.5" r="3.5" /></>,
  card: <><rect x="2.5" y="4.5" width="19" height="15" rx="2" /><circle cx="8" cy="10.5" r="2" /><path d="M5 16c.6-2 5.4-2 6 0M14.5 10h4M14.5 14h4" /></>,
  chart: <path d="M3.5 3.5v17h17M8 16v-4M12.5 16V7.5M17 16v-6" />,
  check: <path d="m4.5 12.5 5 5 10-11" />,
  chevron: <path d="m6 9.5 6 6 6-6" />,
  clock: <><circle cx="12" cy="12" r="8.5" /><path d="M12 7v5l3.5 2" /></>,
  close: <path d="m6 6 12 12M18 6 6 18" />,
  download: <path d="M12 3.5v12M7 11l5 5 5-5M4.5 20.5h15" />,
  edit: <path d="M4 20h4L19.5 8.5l-4-4L4 16zM13 7l4 4" />,
  eye: <><path d="M2 12c4.5-8 15.5-8 20 0-4.5 8-15.5 8-20 0z" /><circle cx="12" cy="12" r="3" /></>,
  file: <><path d="M6 2.5h8.5L19 7v14.5H6z" /><path d="M14 2.5v5h5M9 12h7M9 16h7" /></>,
  filter: <path d="M3 5h18l-7 8.5V20l-4-2v-4.5z" />,
  home: <path d="M3 11.5 12 4l9 7.5M5.5 10v10.5h13V10M10 20.5v-6h4v6" />,
  inbox: <><path d="M5.5 5h13l3 8v6.5h-19V13z" /><path d="M2.5 13H8c.6 4 7.4 4 8 0h5.5" /></>,
  keyboard: <><rect x="2.5" y="6" width="19" height="12.5" rx="2" /><path d="M6.5 10h.01M10 10h.01M14 10h.01M17.5 10h.01M8 14.5h8" /></>,
  list: <path d="M8.5 6h12M8.5 12h12M8.5 18h12M4 6h.01M4 12h.01M4 18h.01" />,
  logout: <path d="M13 3.5H5v17h8M10 12h11M17 7.5l4.5 4.5-4.5 4.5" />,
  map: <path d="M3 6.5 9 4l6 2.5L21 4v13.5L15 20l-6-2.5L3 20zM9 4v13.5M15 6.5V20" />,
  menu: <path d="M4 6.5h16M4 12h16M4 17.5h16" />,
  moon: <path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z" />,
  phone: <><rect x="6.5" y="2.5" width="11" height="19" rx="2" /><path d="M11 18.5h2" /></>,
  picture: <><rect x="3" y="4" width="18" height="16" rx="2" /><circle cx="8.5" cy="9.5" r="1.5" /><path d="m3.5 17.5 5.5-5 4 3.5 3-2.5 4.5 4" /></>,
  pin: <><path d="M12 21.5C7 16 5 13 5 9.8a7 7 0 0 1 14 0c0 3.2-2 6.2-7 11.7z" /><circle cx="12" cy="9.8" r="2.5" /></>,
  plus: <path d="M12 5v14M5 12h14" />,
  print: <><path d="M7 8V3h10v5M7 17H3V8.5h18V17h-4" /><rect x="7" y="14" width="10" height="7" /></>,
  refresh: <path d="M20 11a8 8 0 0 0-14.5-3.5L3.5 10M3.5 4.5V10H9M4 13a8 8 0 0 0 14.5 3.5l2-2.5M20.5 19.5V14H15" />,
  search: <><circle cx="10.5" cy="10.5" r="6.5" /><path d="m15.5 15.5 5 5" /></>,
  settings: <><path d="M4 7h9M17.5 7H20M4 17h2.5M11 17h9" /><circle cx="15.2" cy="7" r="2.3" /><circle cx="8.8" cy="17" r="2.3" /></>,
  shield: <><path d="M12 2.5 20 5.5V12c0 5-3.5 8-8 9.5C7.5 20 4 17 4 12V5.5z" /><path d="m8.5 12 2.5 2.5 4.5-5" /></>,
  sun: <><circle cx="12" cy="12" r="4" /><path d="M12 2v2.5M12 19.5V22M2 12h2.5M19.5 12H22M5 5l1.8 1.8M17.2 17.2 19 19M19 5l-1.8 1.8M6.8 17.2 5 19" /></>,
  user: <><circle cx="12" cy="8" r="4" /><path d="M4.5 21c.8-7 14.2-7 15 0" /></>,
  warning: <><path d="M12 3.5 22 20.5H2z" /><path d="M12 10v4.5M12 17.5h.01" /></>,
};

/** Draw an icon by name; an unknown name draws nothing. It is decoration unless `label` names it. */
export function Icon({ name, size = 18, label, className = "" }) {
  const meaning = label ? { role: "img", "aria-label": label } : { "aria-hidden": true };
  return (
    <svg
      className={`icon ${className}`.trim()}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      {...meaning}
    >
      {SHAPES[name]}
    </svg>
  );
}
