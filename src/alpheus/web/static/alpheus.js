// Conveniences only: every page works without this file.

// Where a form could not be taken, the reader's place is at the reason.
document.querySelector("[data-focus]")?.focus();

// Buttons that print stand there only where they can.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
