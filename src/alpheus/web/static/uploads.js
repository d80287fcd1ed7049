// Files go out as raw streams that are taken up again where they broke off; jobs are looked at again
// and again. Without this file the forms send the same, and a page shows what is so when it is loaded.

const csrf = document.querySelector("meta[name=csrf]").content;
const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

async function ask(method, where, body) {
  const answer = await fetch(where, {
    method,
    headers: { "x-csrf": csrf, accept: "application/json", "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const said = await answer.json().catch(() => ({}));
  return { ok: answer.ok, status: answer.status, ...said };
}

// One request that carries the rest of a file; resolves with what the console said, or with nothing
// where the connection broke.
function put(where, piece, progress, hold) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    hold(request);
    request.open("PUT", where);
    request.setRequestHeader("x-csrf", csrf);
    request.setRequestHeader("accept", "application/json");
    request.upload.addEventListener("progress", (event) => progress(event.loaded));
    request.addEventListener("load", () => {
      let said = {};
      try { said = JSON.parse(request.responseText); } catch { /* no JSON: a proxy's own words */ }
      resolve({ ok: request.status < 300, status: request.status, ...said });
    });
    for (const end of ["error", "abort", "timeout"]) {
      request.addEventListener(end, () => resolve({ ok: false, status: 0 }));
    }
    request.send(piece);
  });
}

class Transfer {
  constructor(form, file) {
    this.form = form;
    this.file = file;
    this.words = form.dataset;
    this.key = ["upload", form.dataset.uploads, form.dataset.kind, file.name, file.size, file.lastModified].join("|");
    this.stopped = false;
    this.line = document.createElement("li");
    this.name = document.createElement("bdi");
    this.name.textContent = file.name;
    this.said = document.createElement("span");
    this.said.className = "quiet";
    this.bar = document.createElement("progress");
    this.bar.max = file.size || 1;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", file.name);
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "plain";
    this.button.textContent = this.words.remove;
    this.button.setAttribute("aria-label", `${this.words.remove}: ${file.name}`);
    this.button.addEventListener("click", () => this.stop());
    this.line.append(this.name, " ", this.said, " ", this.button, this.bar);
  }

  tell(text, wrong = false) {
    this.said.textContent = text;
    this.said.className = wrong ? "wrong" : "quiet";
    this.line.classList.toggle("wrong-one", wrong);
    this.failed = wrong;
  }

  stop() {
    this.stopped = true;
    this.request?.abort();
    if (this.id) ask("DELETE", `${this.words.uploads}/${this.id}`).catch(() => {});
    sessionStorage.removeItem(this.key);
    this.line.remove();
  }

  // The file as the console has it, or nothing where it does not come.
  async send() {
    this.failed = false;
    let offset = await this.begin();
    while (!this.stopped && offset !== null && offset < this.file.size) {
      const from = offset;
      const said = await put(
        `${this.words.uploads}/${this.id}?offset=${from}`, this.file.slice(from),
        (loaded) => this.progress(from + loaded), (request) => { this.request = request; },
      );
      offset = said.ok ? said.offset : await this.recovered(said);
    }
    if (this.stopped || offset === null) return null;
    this.progress(this.file.size);
    this.tell(this.words.here);
    return this.id;
  }

  progress(bytes) {
    this.bar.value = bytes;
    const part = Math.floor((100 * bytes) / (this.file.size || 1));
    if (part !== this.part) this.tell(`${(this.part = part)} %`);
  }

  // Where to go on: at the beginning, or where an earlier try of the same file broke off.
  async begin() {
    const kept = sessionStorage.getItem(this.key);
    if (kept) {
      const said = await ask("GET", `${this.words.uploads}/${kept}`).catch(() => ({}));
      if (said.ok && said.size === this.file.size) {
        this.id = kept;
        return said.offset;
      }
      sessionStorage.removeItem(this.key);
    }
    for (let tries = 0; !this.stopped; tries += 1) {
      const said = await ask("POST", this.words.uploads, {
        kind: this.words.kind, name: this.file.name, size: this.file.size,
        organisation: this.form.elements.organisation?.value ?? "",
      }).catch(() => null);
      if (said?.ok) {
        this.id = said.id;
        sessionStorage.setItem(this.key, said.id);
        return 0;
      }
      if (said) {
        this.tell(said.problem ?? said.detail ?? this.words.refused, true);
        return null;
      }
      await this.wait(tries);
    }
    return null;
  }

  // After a break: ask how much is there, until somebody answers.
  async recovered(said) {
    if (said.status && said.status !== 409 && said.status < 500) {
      sessionStorage.removeItem(this.key);
      this.tell(said.problem ?? said.detail ?? this.words.refused, true);
      return null;
    }
    if (said.status === 507) {
      this.tell(said.problem ?? this.words.refused, true);
      return null;
    }
    for (let tries = 0; !this.stopped; tries += 1) {
      await this.wait(tries);
      const found = await ask("GET", `${this.words.uploads}/${this.id}`).catch(() => null);
      if (found?.ok) return found.offset;
      if (found?.status === 507) {
        this.tell(found.problem ?? this.words.refused, true);
        return null;
      }
      if (found && found.status < 500) {
        sessionStorage.removeItem(this.key);
        return this.begin();
      }
    }
    return null;
  }

  async wait(tries) {
    this.tell(this.words.broken);
    await pause(Math.min(2 ** tries, 30));
  }
}

// A form with files: they are sent one after another as soon as they are chosen; the button hands
// them in when all of them are there.
function attend(form) {
  const input = form.querySelector("input[type=file]");
  const zone = form.querySelector(".drop");
  const list = form.querySelector(".transfers");
  const problem = form.querySelector("[data-problem]");
  const button = form.querySelector("button:not([type=button])");
  const transfers = [];
  let queue = Promise.resolve();

  const complain = (text) => {
    problem.textContent = text;
    problem.hidden = !text;
    if (text) problem.focus();
  };
  const add = (files) => {
    complain("");
    for (const file of files) {
      const transfer = new Transfer(form, file);
      transfers.push(transfer);
      list.append(transfer.line);
      transfer.tell(form.dataset.waits);
      transfer.done = queue = queue.then(() => (transfer.stopped ? null : transfer.send()));
    }
    input.value = "";
    input.required = false;
  };

  input.addEventListener("change", () => add([...input.files]));
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    zone.addEventListener(name, () => zone.classList.remove("over"));
  }
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    add([...event.dataTransfer.files]);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    complain("");
    button.disabled = true;
    try {
      const wanted = transfers.filter((one) => !one.stopped && !one.failed);
      if (!wanted.length) return complain(form.dataset.none);
      const ids = (await Promise.all(wanted.map((one) => one.done))).filter(Boolean);
      if (!ids.length) return complain(form.dataset.none);
      const fields = form.elements;
      const said = await ask("POST", `${form.dataset.uploads}/done`, {
        uploads: ids, timezone: fields.timezone?.value ?? "", source: fields.source?.value ?? "",
        password: fields.password?.value ?? "", keep: fields.keep?.checked ?? false,
      }).catch(() => null);
      if (!said) return complain(form.dataset.broken);
      if (!said.ok) return complain(said.problem ?? said.detail ?? form.dataset.refused);
      for (const one of wanted) sessionStorage.removeItem(one.key);
      // Files that were refused stay on the page with the reason.
      if (transfers.some((one) => one.failed)) {
        for (const one of wanted) one.line.remove();
        transfers.splice(0, transfers.length, ...transfers.filter((one) => one.failed));
        return complain(form.dataset.rest);
      }
      window.location.assign(said.where);
    } finally {
      button.disabled = false;
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (transfers.some((one) => !one.stopped && !one.failed && one.bar.value < one.bar.max)) event.preventDefault();
  });
}

// Jobs that are open are asked for together, every other second; what has ended is shown anew.
async function watch(lines) {
  const open = new Map([...lines].map((line) => [line.dataset.job, line]));
  let seconds = 1;
  while (open.size) {
    await pause(document.hidden ? 10 : seconds);
    const query = [...open.keys()].map((id) => `id=${id}`).join("&");
    const said = await ask("GET", `${lines[0].dataset.from}?${query}`).catch(() => null);
    if (!said?.ok) { seconds = Math.min(seconds * 2, 30); continue; }
    seconds = 2;
    for (const job of said.jobs) {
      const line = open.get(String(job.id));
      if (!job.open) return window.location.reload();
      const bar = line.querySelector("progress");
      if (job.of) { bar.max = job.of; bar.value = job.done; } else { bar.removeAttribute("value"); }
      line.querySelector("[data-text]").textContent = job.text;
      line.querySelector("[data-phase]").textContent = job.phase;
      const tag = line.querySelector(".tag");
      if (tag) { tag.textContent = job.state; tag.className = `tag ${job.tone}`; }
    }
  }
}

for (const form of document.querySelectorAll("form[data-uploads]")) attend(form);
const lines = document.querySelectorAll("[data-job]");
if (lines.length) watch(lines);
