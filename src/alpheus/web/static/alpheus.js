// Conveniences only: every page works without this file.

// Where a form could not be taken, the reader's place is at the reason.
document.querySelector("[data-focus]")?.focus();
