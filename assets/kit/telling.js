// What the server may have this page do: show a short message, or go to the sign-in page.
//
// Reflex would send such things as scripts to be evaluated, which the policy of our pages forbids. The server
// sets the value of a slot instead, a thing Reflex does without a script.

import { refs } from "$/utils/state";
import { refused } from "./faults.js";
import "./sending.js";

const LEVELS = new Set(["success", "error", "warning", "info", "message"]);

function signIn({ why }) {
  const asked = new URLSearchParams({ next: location.pathname + location.search });
  if (why) asked.set("why", why);
  location.assign(`/login?${asked}`);
}

/** Sentences on the screen about what was refused. One that has an id of its own is to be quoted, and stays. */
const refusals = new Set();

/** Whoever sends again, or is told that it was done, has nothing left of an earlier refusal. */
function forget() {
  refusals.forEach((id) => refs.__toast?.dismiss(id));
  refusals.clear();
}

function show({ level, text, options }) {
  const toast = refs.__toast;
  const say = LEVELS.has(level) && level !== "message" ? toast?.[level] : toast;
  if (level === "success") forget();
  const id = say?.(text, options);
  if ((level === "error" || level === "warning") && !options?.id) refusals.add(id);
  if (level === "error") refused();
}

const ACTS = { toast: show, leave: signIn };

refs.ref_fq_told = {
  current: {
    set value(told) {
      if (Object.hasOwn(ACTS, told?.act)) ACTS[told.act](told);
    },
  },
};

// The build draws the pages once without a browser.
if (typeof document !== "undefined") document.addEventListener("submit", forget, true);
