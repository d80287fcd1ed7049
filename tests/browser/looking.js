// What is wrong with the layout of a page, as lines of text. Put into a function by looking.py.

const named = (one) => {
  const text = (one.textContent || one.getAttribute("name") || "").trim().replace(/\s+/g, " ");
  return `${one.tagName.toLowerCase()}.${one.getAttribute("class") || ""} ${text.slice(0, 40)}`;
};

const isClipped = (one) => {
  for (let up = one.parentElement; up && up !== document.body; up = up.parentElement) {
    if (getComputedStyle(up).overflowX !== "visible") return true;
  }
  return false;
};

const tooWide = () => {
  const most = document.documentElement.clientWidth;
  const whole = document.documentElement.scrollWidth;
  if (whole <= most) return [];
  const found = [...document.querySelectorAll("body *")]
    .map((one) => [one, Math.round(one.getBoundingClientRect().right)])
    .filter(([one, right]) => right > most && !isClipped(one))
    .map(([one, right]) => `${right} of ${most}: ${named(one)}`);
  return found.length ? found.slice(0, 5) : [`${whole} of ${most}`];
};

// Links within a text are as high as its lines (WCAG 2.5.8, exception "inline").
const isInText = (one) => {
  if (getComputedStyle(one).display !== "inline") return false;
  const around = one.parentElement.closest("p, dd, li, td, th, figcaption, label");
  return around && around.textContent.trim() !== one.textContent.trim();
};

const tooSmall = (least) => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
  .filter((one) => one.checkVisibility() && one.type !== "hidden")
  .filter((one) => !one.closest(".hidden, svg, .skip") && !isInText(one))
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([, box]) => box.width && box.height && Math.min(box.width, box.height) < least - 0.01)
  .map(([one, box]) => `${Math.round(box.width)} x ${Math.round(box.height)}: ${named(one)}`);
