// The latent lab in the page: a sheet of digits to point at, sliders, a way between two digits, and training images.
// Needs arrays.js, page.js, paint.js, controls.js and tiles.js.

// ---- Cells: the sheet's digits as a grid for pointer and keyboard -------------------------------------------------

class Cells {
  // point(i or null): what is under the pointer or has the focus. pick(i, end): chosen; end: as the way's end.
  constructor(size, noun, point, pick) {
    Object.assign(this, { size, point, pick, at: 0 });
    this.cells = Array.from({ length: size * size }, (_, i) => make("div", { role: "gridcell", tabindex: i ? -1 : 0, "data-cell": i, "data-lm-suppress-shortcuts": "true" }));
    const rows = Array.from({ length: size }, (_, row) => make("div", { role: "row" }, ...this.cells.slice(row * size, (row + 1) * size)));
    this.box = make("div", { class: "gan-cells", role: "grid", "aria-label": `The plane of ${noun}s: arrow keys move, Enter chooses, Shift and Enter chooses B` }, ...rows);
    const on = (event, action) => this.box.addEventListener(event, (e) => action(e.target.dataset.cell === undefined ? null : Number(e.target.dataset.cell), e));
    on("pointerover", (i) => point(i)); on("focusin", (i) => point(i));
    on("click", (i, event) => i !== null && this.choose(i, event.shiftKey));
    on("keydown", (i, event) => this.key(i, event));
    this.box.addEventListener("pointerleave", () => point(null));
    this.box.addEventListener("focusout", () => point(null));
  }

  key(i, event) {
    const { size } = this, row = Math.floor(i / size), column = i % size, last = size - 1;
    const to = {
      ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1], ArrowUp: [row - 1, column], ArrowDown: [row + 1, column],
      Home: [event.ctrlKey ? 0 : row, 0], End: [event.ctrlKey ? last : row, last], PageUp: [0, column], PageDown: [last, column],
    }[event.key];
    if (to) this.focus(Math.max(0, Math.min(last, to[0])) * size + Math.max(0, Math.min(last, to[1])));
    else if (event.key === "Enter" || event.key === " ") this.choose(i, event.shiftKey);
    else return;
    event.preventDefault();
    event.stopPropagation(); // the notebook has plans of its own for these keys
  }

  focus(i) { this.rove(i); this.cells[i].focus(); }
  rove(i) { this.cells[this.at].tabIndex = -1; this.at = i; this.cells[i].tabIndex = 0; }
  choose(i, end) { this.rove(i); this.pick(i, end); }

  name(say, chosen, second) { // say(i): the words for a cell
    this.cells.forEach((cell, i) => {
      cell.setAttribute("aria-label", say(i) + (i === chosen ? " (A)" : "") + (i === second ? " (B)" : ""));
      cell.setAttribute("aria-selected", i === chosen || i === second);
    });
  }
}

// ---- LatentView: all of it ----------------------------------------------------------------------------------------

let views = 0;

class LatentView {
  constructor(model, root) {
    Object.assign(this, { model, root, size: model.get("size"), pointed: null, ends: false, names: {} });
    root.classList.add("gan-stage", "gan-latent");
    this.build();
    this.kernel = new Kernel(model, { hear: (message, buffers) => this.receive(message, buffers), say: (words) => this.say(words) });
    this.told = () => { this.about.textContent = model.get("about"); };
    model.on("change:about", this.told);
    this.unobserve = observeLook(root, () => { this.look = null; this.want(); });
    this.ask({ type: "hello" });
  }

  // -- the page

  build() {
    const pictures = { shape: this.model.get("shape"), digits: this.model.get("digits") };
    this.noun = pictures.digits ? "digit" : "picture";
    this.tiles = {
      sheet: new Tiles(this.size, { "aria-hidden": "true", class: "gan-sheet" }, pictures),
      large: new Tiles(1, { role: "img", class: "gan-large", "aria-label": `A ${this.noun}` }, { ...pictures, sharp: true, gap: 0 }),
      way: new Tiles(10, { role: "img", class: "gan-way", "aria-label": "Ten pictures from A to B" }, pictures),
      nearest: new Tiles(5, { role: "img", class: "gan-nearest", "aria-label": `The five nearest training ${this.noun}s, not known yet` }, pictures),
    };
    this.cells = new Cells(this.size, this.noun, (i) => this.point(i), (i, end) => this.pick(i, end));
    this.caption = make("p", { class: "gan-caption" });
    this.controls = {};
    for (const group of ["plane", "directions", "way"]) this.controls[group] = this.settings(group);
    this.summary = make("p", { class: "gan-summary" });
    this.spoken = new Spoken();
    this.note = make("p", { class: "gan-note", role: "status" });
    this.lengths = make("ol", { class: "gan-lengths", "aria-label": "Length of the noise of each of the pictures" });
    this.captions = make("ol", { class: "gan-captions", "aria-label": `The nearest training ${this.noun}s` });
    this.verdict = make("p", { class: "gan-verdict" }, `Asking for the nearest training ${this.noun}s …`);
    this.root.append(
      make("div", { class: "gan-latent-top" }, this.left(), this.right()),
      this.section("The way from A to B", this.controls.way.box, this.tiles.way.canvas, this.lengths, this.help("Below each picture: the length of its noise. Noise of this many dimensions is nearly always about as long; the straight way takes a short cut through noise that G has hardly ever seen.")),
      this.copies = this.section(`Does it copy? The nearest training ${this.noun}s to A`, this.tiles.nearest.canvas, this.captions, this.verdict),
      this.note, this.summary, this.spoken.node);
  }

  left() {
    return this.section("The plane", make("div", { class: "gan-plane" }, this.tiles.sheet.canvas, this.cells.box),
      this.chooser(), this.controls.plane.box, this.help(`Point at a ${this.noun} to see it large. The plane runs in random directions through the latent space, bent so that all noise on it is as long as noise typically is.`));
  }

  right() {
    const zero = this.button("back", "Sliders to 0", "A as it is on the plane", { type: "back" });
    return this.section(`The ${this.noun}`, this.tiles.large.canvas, this.caption, this.controls.directions.box, make("div", { class: "gan-transport" }, zero), this.about = this.help(this.model.get("about")));
  }

  chooser() { // what a click means, for those who have no Shift key
    const name = "gan-ends-" + ++views;
    const choice = (end, words) => {
      const input = make("input", { type: "radio", name, "data-do": end ? "ends" : "starts", onchange: () => { this.ends = end; } });
      input.checked = end === this.ends;
      return make("label", {}, input, words);
    };
    const buttons = [this.button("plane", "Another plane", "Other random directions", { type: "plane" })];
    if (this.model.get("training")) buttons.push(this.button("refresh", "Take new weights", "The weights of the training as they are now", { type: "refresh" }));
    return make("div", { class: "gan-transport" }, make("span", { role: "radiogroup", "aria-label": "What a click chooses", class: "gan-ends" }, "A click chooses", choice(false, `A, the ${this.noun}`), choice(true, "B, the way's end")), ...buttons);
  }

  button(name, words, title, message) { return make("button", { type: "button", title, "data-do": name, onclick: () => this.ask(message) }, words); }
  help(words) { return make("p", { class: "gan-help" }, words); }
  section(title, ...children) {
    return make("section", { "aria-label": title }, make("p", { class: "gan-title", "aria-hidden": "true" }, title), ...children);
  }

  settings(group) {
    const controls = new Controls((name, value) => this.ask({ type: "set", name, value }));
    controls.show(this.model.get("settings").filter((one) => one.group === group).map((one) => ({ ...one, group: "" })));
    controls.box.firstChild.setAttribute("aria-label", "Settings: " + group);
    return controls;
  }

  close() {
    this.model.off("change:about", this.told);
    this.kernel.close(); this.spoken.close(); this.unobserve();
    clearTimeout(this.resting); clearTimeout(this.leaving);
  }

  // -- the kernel

  ask(message) { this.kernel.send(message); }

  receive(message, buffers) {
    const arrays = message.arrays && unpack(message.arrays, buffers[0]);
    if (message.type === "shown") this.take(message, arrays);
    else if (message.type === "rest") this.rest(message, arrays);
    else if (message.type === "answered") {
      this.say(message.note);
      Object.values(this.controls).forEach((controls) => controls.place(message.name in controls.entries ? message.name : null, this.own(controls, message.index)));
    }
  }

  own(controls, index) { return Object.fromEntries(Object.entries(index).filter(([name]) => name in controls.entries)); }
  say(words) { if (this.note.textContent !== words) this.note.textContent = words; }

  take(message, arrays) {
    this.shown = message;
    for (const [row, bytes] of Object.entries(arrays)) this.tiles[row].set(bytes);
    this.names.way = message.names;
    if (arrays.sheet) this.names.sheet = []; // they come when the page is at rest
    this.tiles.sheet.marks = [[message.second, B_MARK], [message.chosen, A_MARK]];
    this.tiles.way.marks = [[0, A_MARK], [this.names.way.length - 1, B_MARK]];
    this.root.dataset.version = message.version;
    Object.values(this.controls).forEach((controls) => controls.place(null, this.own(controls, message.index)));
    this.copies.setAttribute("aria-busy", "true");
    this.words(message, Boolean(arrays.sheet));
    this.point(this.pointed);
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.ask({ type: "rest" }), REST);
    this.spoken.sayAtRest(() => message.summary);
    clearTimeout(this.leaving);
    this.leaving = setTimeout(() => this.ask({ type: "leave" }), LEAVE); // the newest picture stays in the notebook
  }

  words({ summary, lengths, chosen, second }, anew) {
    this.summary.textContent = summary;
    this.lengths.replaceChildren(...lengths.map((length) => make("li", {}, length.toFixed(1))));
    const names = this.names.way.map((name) => (name === null ? `a ${this.noun}` : name)).join(", ");
    this.tiles.way.canvas.setAttribute("aria-label", `Ten pictures from A to B: ${names}`);
    if ([chosen, second].join() !== this.ended || anew) this.cells.name((i) => this.describe(i), chosen, second);
    this.ended = [chosen, second].join();
    if (!this.began) { this.began = true; this.cells.rove(chosen); }
  }

  rest(message, arrays) {
    if (!this.shown || message.version !== this.shown.version) return; // A has moved on
    this.names.sheet = message.names;
    this.cells.name((i) => this.describe(i), this.shown.chosen, this.shown.second);
    this.point(this.pointed);
    const { nearest } = this.tiles, away = message.distances.map((distance) => distance.toFixed(1));
    nearest.canvas.hidden = !arrays.nearest; // of a G alone nobody knows what it was trained on
    if (arrays.nearest) nearest.set(arrays.nearest);
    const called = message.labels.map((label) => (this.noun === "digit" ? String(label) : this.noun));
    nearest.canvas.setAttribute("aria-label", `The five nearest training ${this.noun}s: ` + called.map((name, i) => `a ${name}, ${away[i]} away`).join("; "));
    this.captions.replaceChildren(...called.map((name, i) => make("li", {}, make("b", {}, name), make("br"), `${away[i]} away`)));
    this.verdict.textContent = message.words;
    this.copies.removeAttribute("aria-busy");
    this.root.dataset.rested = message.version;
  }

  // -- what a person does

  describe(i) {
    const name = this.names.sheet[i], where = `row ${Math.floor(i / this.size) + 1}, column ${(i % this.size) + 1}`;
    return name === null || name === undefined ? where : `${where}: looks like ${name === 8 ? "an" : "a"} ${name}`;
  }

  point(i) {
    this.pointed = i;
    if (!this.shown) return;
    const { sheet, way, large } = this.tiles, name = this.names.way[0], bytes = large.channels * large.side * large.side;
    const looks = name === null ? "" : `, looks like ${name === 8 ? "an" : "a"} ${name}`;
    const words = i === null ? `A${this.shown.moved ? ", moved" : ""}${looks}` : this.describe(i);
    large.set(i === null ? way.bytes.slice(0, bytes) : sheet.bytes.slice(i * bytes, (i + 1) * bytes));
    this.caption.textContent = words[0].toUpperCase() + words.slice(1);
    large.canvas.setAttribute("aria-label", "Large: " + words);
    large.canvas.dataset.large = i === null ? "A" : i;
    this.want();
  }

  pick(i, end) { this.ask({ type: end || this.ends ? "second" : "choose", i }); }

  // -- drawing, once a display tick

  want() { if (!this.waiting) { this.waiting = true; requestAnimationFrame(() => this.tick()); } }

  tick() {
    this.waiting = false;
    this.look = this.look || colors(this.root);
    Object.values(this.tiles).forEach((tiles) => tiles.draw(this.look.lookup, this.look.line));
  }
}
