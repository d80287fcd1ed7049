// Conveniences only: every page works without this file.

// Where a form could not be taken, the reader's place is at the reason.
document.querySelector("[data-focus]")?.focus();

// On a phone the menu is wider than the page: where one is, is in view.
document.querySelector(".top nav [aria-current]")?.scrollIntoView({ inline: "nearest", block: "nearest", behavior: "instant" });

// Paper has no folds: what is folded is opened to be printed, and folded again.
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details.beside:not([open])")) {
    fold.open = true;
    addEventListener("afterprint", () => { fold.open = false; }, { once: true });
  }
});

// Buttons that print stand there only where they can.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// The picture of an attack is zoomed by its links; here also by wheel (with Ctrl, as a page is, or
// by two fingers), by dragging and by keys. The server draws every view.
const zoom = (figure) => {
  const whole = { first: +figure.dataset.first, last: +figure.dataset.last };
  const shortest = +figure.dataset.shortest;
  let view = { from: +figure.dataset.from, to: +figure.dataset.to };
  let asked = 0;
  const pictures = () => [...figure.querySelectorAll("svg.story")];
  const drawn = { ...view };

  const within = ({ from, to }) => {
    const length = Math.min(Math.max(to - from, shortest), Math.max(whole.last - whole.first, shortest));
    const middle = (from + to) / 2;
    const start = Math.min(Math.max(middle - length / 2, whole.first), Math.max(whole.last - length, whole.first));
    return { from: Math.round(start), to: Math.round(start + length) };
  };
  const show = (wanted) => {
    view = within(wanted);
    const scale = (drawn.to - drawn.from) / (view.to - view.from);
    const shift = (drawn.from - view.from) / (view.to - view.from);
    for (const picture of pictures()) {
      picture.style.transformOrigin = "0 0";
      picture.style.transform = `translateX(${shift * 100}%) scaleX(${scale})`;
    }
    clearTimeout(asked);
    asked = setTimeout(load, 250);
  };
  const load = async () => {
    if (view.from === drawn.from && view.to === drawn.to) return;
    const address = new URL(location.href);
    address.searchParams.set("from", new Date(view.from).toISOString());
    address.searchParams.set("to", new Date(view.to).toISOString());
    address.searchParams.delete("record");
    address.searchParams.delete("first");
    address.hash = "story";
    await turn(address, figure.contains(document.activeElement));
  };
  const share = (event) => {
    const box = figure.querySelector("svg.story:not([hidden])").getBoundingClientRect();
    const seen = pictures().map((one) => one.getBoundingClientRect()).find((one) => one.width) || box;
    return Math.min(Math.max((event.clientX - seen.left) / seen.width, 0), 1);
  };
  const width = () => pictures().map((one) => one.clientWidth).find((one) => one) || 1;
  const by = (factor, at = 0.5) => {
    const length = view.to - view.from;
    const fixed = view.from + length * at;
    show({ from: fixed - length * factor * at, to: fixed + length * factor * (1 - at) });
  };
  const move = (part) => {
    const length = view.to - view.from;
    show({ from: view.from + length * part, to: view.to + length * part });
  };

  figure.addEventListener("wheel", (event) => {
    if (!(event.ctrlKey || event.metaKey) || !event.target.closest("svg.story")) return;
    event.preventDefault();
    by(Math.exp(Math.max(Math.min(event.deltaY, 100), -100) / 150), share(event));
  }, { passive: false });

  const fingers = new Map();
  let begun = null;
  let dragged = false;
  figure.addEventListener("pointerdown", (event) => {
    if (!event.target.closest("svg.story") || event.button) return;
    if (!fingers.size) dragged = false;
    fingers.set(event.pointerId, event.clientX);
    begun = { view: { ...view }, at: [...fingers.values()] };
  });
  figure.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, event.clientX);
    const now = [...fingers.values()];
    const length = begun.view.to - begun.view.from;
    if (now.length === 1 && begun.at.length === 1) {
      const part = (begun.at[0] - now[0]) / width();
      if (!dragged && Math.abs(part * width()) < 5) return;
      if (!dragged) figure.setPointerCapture(event.pointerId);
      dragged = true;
      figure.classList.add("held");
      show({ from: begun.view.from + length * part, to: begun.view.to + length * part });
    } else if (now.length === 2 && begun.at.length === 2) {
      dragged = true;
      const before = Math.abs(begun.at[0] - begun.at[1]) || 1;
      const factor = before / (Math.abs(now[0] - now[1]) || 1);
      const middle = begun.view.from + length / 2;
      show({ from: middle - (length * factor) / 2, to: middle + (length * factor) / 2 });
    }
  });
  for (const end of ["pointerup", "pointercancel"]) {
    figure.addEventListener(end, (event) => {
      fingers.delete(event.pointerId);
      begun = { view: { ...view }, at: [...fingers.values()] };
      if (!fingers.size) figure.classList.remove("held");
    });
  }
  figure.addEventListener("click", (event) => {
    if (dragged && event.target.closest("svg.story")) event.preventDefault();
    dragged = false;
  }, true);
  figure.addEventListener("dragstart", (event) => event.preventDefault());

  figure.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const deed = {
      "+": () => by(0.5), "=": () => by(0.5), "-": () => by(2),
      ArrowLeft: () => move(-0.25), ArrowRight: () => move(0.25),
    }[event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  });
};

// Another view of the story, without loading the rest of the page once more.
const turn = async (address, focus, push = false) => {
  const story = document.querySelector("[data-story]");
  let answer;
  try {
    answer = await fetch(address, { headers: { accept: "text/html" }, redirect: "error" });
    if (!answer.ok) throw new Error(answer.statusText);
  } catch {
    location.assign(address);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-story]");
  if (!fresh) {
    location.assign(address);
    return;
  }
  const held = document.activeElement?.dataset?.to;
  story.replaceWith(document.adoptNode(fresh));
  history[push ? "pushState" : "replaceState"](null, "", address);
  begin(fresh);
  if (focus) (fresh.querySelector(`a[data-to="${held}"]`) || fresh.querySelector("[data-zoom]"))?.focus({ preventScroll: true });
};

const begin = (story) => {
  const figure = story.querySelector("[data-zoom]");
  if (figure) zoom(figure);
};

for (const story of document.querySelectorAll("[data-story]")) begin(story);

// Links between views of the same assessment turn to them in place.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-story] a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const address = new URL(link.href.baseVal ?? link.href, location.href);
  if (address.pathname !== location.pathname || address.hash !== "#story") return;
  event.preventDefault();
  turn(address, true, true);
});
window.addEventListener("popstate", () => {
  if (document.querySelector("[data-story]")) turn(new URL(location.href), false);
});

// All boxes of a form at once.
for (const button of document.querySelectorAll("[data-tick]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const boxes = [...button.form.querySelectorAll(`[type=checkbox][name="${button.dataset.tick}"]`)];
    const tick = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = tick;
  });
}

// What was typed outlives a dropped connection and a session that ended: before a form goes out, the
// console must answer; and what went out is kept in this tab until an answer says that it was taken.
const DRAFT = "draft";
const LONGEST = 30 * 60 * 1000;
const kept = () => { try { return JSON.parse(sessionStorage.getItem(DRAFT)); } catch { return null; } };
const keep = (draft) => {
  try { sessionStorage.setItem(DRAFT, JSON.stringify(draft)); } catch { /* full, or not allowed */ }
};
const typed = (form) => [...form.elements].filter((one) => one.name
  && !one.matches("[type=hidden], [type=password], [type=file], button, fieldset"));
const isTicked = (one) => one.matches("[type=checkbox], [type=radio]");

const restore = (draft) => {
  const form = [...document.forms].find((one) => one.getAttribute("action") === draft.action);
  if (!form) return;
  typed(form).forEach((one, at) => {
    const [name, value, ticked] = draft.fields[at] || [];
    if (name !== one.name) return;
    if (isTicked(one)) one.checked = ticked; else one.value = value;
  });
  const fold = form.closest("details");
  if (fold) fold.open = true;
};

const draft = kept();
if (draft) {
  const [way] = performance.getEntriesByType("navigation");
  const isBack = way && way.type !== "navigate";
  if (Date.now() - draft.at > LONGEST) sessionStorage.removeItem(DRAFT);
  else if (way?.responseStatus >= 400) keep({ ...draft, refused: true });
  else if (draft.path === location.pathname && (draft.refused || isBack)) {
    restore(draft);
    keep({ ...draft, refused: false });
  } else if (!draft.refused) sessionStorage.removeItem(DRAFT);
}

const answers = () => fetch(import.meta.url, { cache: "no-store", signal: AbortSignal.timeout(8000) });

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.sure) { form.sure = false; return; }
  event.preventDefault();
  if (form.asking) return;
  form.asking = true;
  form.querySelector("[data-broken]")?.remove();
  try {
    await answers();
    keep({ path: location.pathname, action: form.getAttribute("action"), at: Date.now(),
      fields: typed(form).map((one) => [one.name, one.value, one.checked === true]) });
    form.sure = true;
    form.requestSubmit(event.submitter);
  } catch {
    const told = document.createElement("div");
    told.className = "problem";
    told.setAttribute("role", "alert");
    told.dataset.broken = "";
    told.tabIndex = -1;
    told.append(Object.assign(document.createElement("p"), { textContent: document.body.dataset.broken }));
    form.prepend(told);
    told.focus();
  } finally {
    form.asking = false;
  }
});
