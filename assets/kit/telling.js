// What the server may have this page do: show a short message, go to the sign-in page, put the cursor somewhere.
//
// Reflex would send such things as scripts to be evaluated, which the policy of our pages forbids. The server
// sets the value of a slot instead, a thing Reflex does without a script.

import { refs } from "$/utils/state";

const LEVELS = new Set(["success", "error", "warning", "info", "message"]);

function signIn({ why }) {
  const asked = new URLSearchParams({ next: location.pathname + location.search });
  if (why) asked.set("why", why);
  location.assign(`/login?${asked}`);
}

function show({ level, text, options }) {
  const toast = refs.__toast;
  const say = LEVELS.has(level) && level !== "message" ? toast?.[level] : toast;
  say?.(text, options);
}

function focus({ name }) {
  document.getElementsByName(name)[0]?.focus();
}

const ACTS = { toast: show, leave: signIn, focus };

refs.ref_fq_told = {
  current: {
    set value(told) {
      if (Object.hasOwn(ACTS, told?.act)) ACTS[told.act](told);
    },
  },
};
