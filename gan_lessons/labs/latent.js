// The latent lab in the page: a sheet of digits to point at, sliders, a way between two digits, and training images.
// Needs paint.js, picture.js and controls.js. Digits come as one byte a pixel, 0 paper and 255 ink.

const SIDE = 28; // pixels of a digit
const REST = 250; // ms without a change before names and nearest training images are asked for
const HUSH = 700; // ms without a change before the words are spoken
const WAIT_MS = 8000; // how long the kernel may take before the page says something
const A_MARK = ["A", "#0072B2", "#fff"], B_MARK = ["B", "#CC79A7", "#000"];

// ---- Tiles: digits on one canvas ------------------------------------------------------------------------------

class Tiles {
  constructor(columns, attributes, { sharp = false, gap = 1 } = {}) {
    Object.assign(this, { columns, sharp, gap, n: 0, drawn: 0, marks: [] });
    this.canvas = make("canvas", attributes);
    this.store = document.createElement("canvas"); // the digits below each other, each pixel once
  }

  set(bytes) {
    this.bytes = bytes;
    this.n = bytes.length / (SIDE * SIDE);
    this.stale = true;
  }

  // lookup: RGBA of each of the 256 inks, as one number
  draw(lookup, paper) {
    const { canvas, columns, gap } = this, ratio = window.devicePixelRatio || 1, wide = canvas.clientWidth;
    if (!this.n || !wide) return;
    if (this.stale || this.lookup !== lookup) this.fill(lookup);
    const cell = wide / columns, rows = Math.ceil(this.n / columns), ctx = canvas.getContext("2d");
    canvas.width = Math.round(wide * ratio); canvas.height = Math.round(cell * rows * ratio);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.fillStyle = paper; ctx.fillRect(0, 0, wide, cell * rows);
    ctx.imageSmoothingEnabled = !this.sharp; ctx.imageSmoothingQuality = "high";
    for (let i = 0; i < this.n; i++) {
      const x = (i % columns) * cell, y = Math.floor(i / columns) * cell;
      ctx.drawImage(this.store, 0, i * SIDE, SIDE, SIDE, x + gap / 2, y + gap / 2, cell - gap, cell - gap);
    }
    this.marks.forEach(([i, mark]) => this.mark(ctx, (i % columns) * cell, Math.floor(i / columns) * cell, cell, mark));
    canvas.dataset.drawn = ++this.drawn;
  }

  fill(lookup) {
    this.store.width = SIDE; this.store.height = SIDE * this.n;
    const ctx = this.store.getContext("2d"), image = ctx.createImageData(SIDE, SIDE * this.n);
    new Uint32Array(image.data.buffer).set(Uint32Array.from(this.bytes, (ink) => lookup[ink]));
    ctx.putImageData(image, 0, 0);
    this.stale = false; this.lookup = lookup;
  }

  mark(ctx, x, y, cell, [letter, color, ink]) { // a frame around a digit, with its letter in a corner
    const size = Math.max(11, Math.min(16, cell * 0.38));
    ctx.strokeStyle = color; ctx.lineWidth = 3; ctx.strokeRect(x + 1.5, y + 1.5, cell - 3, cell - 3);
    ctx.fillStyle = color; ctx.fillRect(letter === "A" ? x : x + cell - size, y, size, size);
    ctx.fillStyle = ink; ctx.font = `600 ${size - 2}px system-ui, sans-serif`; ctx.textAlign = "center"; ctx.textBaseline = "middle";
    ctx.fillText(letter, letter === "A" ? x + size / 2 : x + cell - size / 2, y + size / 2 + 0.5);
  }
}

// ---- Cells: the sheet's digits as a grid for pointer and keyboard -------------------------------------------------

class Cells {
  // point(i or null): what is under the pointer or has the focus. pick(i, end): chosen; end: as the way's end.
  constructor(size, point, pick) {
    Object.assign(this, { size, point, pick, at: 0 });
    this.cells = Array.from({ length: size * size }, (_, i) => make("div", { role: "gridcell", tabindex: i ? -1 : 0, "data-cell": i, "data-lm-suppress-shortcuts": "true" }));
    const rows = Array.from({ length: size }, (_, row) => make("div", { role: "row" }, ...this.cells.slice(row * size, (row + 1) * size)));
    this.box = make("div", { class: "gan-cells", role: "grid", "aria-label": "The plane of digits: arrow keys move, Enter chooses, Shift and Enter chooses B" }, ...rows);
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
    Object.assign(this, { model, root, size: model.get("size"), pointed: null, ends: false, names: {}, asked: null, gone: "" });
    root.classList.add("gan-stage", "gan-latent");
    this.build();
    this.hear = (message, buffers) => this.receive(message, buffers);
    this.lost = () => { this.gone = "The kernel behind this lab is gone: run its cell again."; this.say(this.gone); };
    this.told = () => { this.about.textContent = model.get("about"); };
    model.on("msg:custom", this.hear);
    model.on("change:about", this.told);
    model.on("comm_live_update", this.lost);
    this.observe();
    this.ask({ type: "hello" });
  }

  // -- the page

  build() {
    this.tiles = {
      sheet: new Tiles(this.size, { "aria-hidden": "true", class: "gan-sheet" }),
      large: new Tiles(1, { role: "img", class: "gan-large", "aria-label": "A digit" }, { sharp: true, gap: 0 }),
      way: new Tiles(10, { role: "img", class: "gan-way", "aria-label": "Ten pictures from A to B" }),
      nearest: new Tiles(5, { role: "img", class: "gan-nearest", "aria-label": "The five nearest training digits, not known yet" }),
    };
    this.cells = new Cells(this.size, (i) => this.point(i), (i, end) => this.pick(i, end));
    this.caption = make("p", { class: "gan-caption" });
    this.controls = {};
    for (const group of ["plane", "directions", "way"]) this.controls[group] = this.settings(group);
    this.summary = make("p", { class: "gan-summary" });
    this.spoken = make("p", { class: "gan-spoken", role: "status" });
    this.note = make("p", { class: "gan-note", role: "status" });
    this.lengths = make("ol", { class: "gan-lengths", "aria-label": "Length of the noise of each of the pictures" });
    this.captions = make("ol", { class: "gan-captions", "aria-label": "The nearest training digits" });
    this.verdict = make("p", { class: "gan-verdict" }, "Asking for the nearest training digits …");
    this.root.append(
      make("div", { class: "gan-latent-top" }, this.left(), this.right()),
      this.section("The way from A to B", this.controls.way.box, this.tiles.way.canvas, this.lengths, this.help("Below each picture: the length of its noise. Noise of this many dimensions is nearly always about as long; the straight way takes a short cut through noise that G has hardly ever seen.")),
      this.copies = this.section("Does it copy? The nearest training digits to A", this.tiles.nearest.canvas, this.captions, this.verdict),
      this.note, this.summary, this.spoken);
  }

  left() {
    return this.section("The plane", make("div", { class: "gan-plane" }, this.tiles.sheet.canvas, this.cells.box),
      this.chooser(), this.controls.plane.box, this.help("Point at a digit to see it large. The plane runs in random directions through the latent space, bent so that all noise on it is as long as noise typically is."));
  }

  right() {
    const zero = this.button("back", "Sliders to 0", "A as it is on the plane", { type: "back" });
    return this.section("The digit", this.tiles.large.canvas, this.caption, this.controls.directions.box, make("div", { class: "gan-transport" }, zero), this.about = this.help(this.model.get("about")));
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
    return make("div", { class: "gan-transport" }, make("span", { role: "radiogroup", "aria-label": "What a click chooses", class: "gan-ends" }, "A click chooses", choice(false, "A, the digit"), choice(true, "B, the way's end")), ...buttons);
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

  observe() {
    this.again = () => { this.look = null; this.want(); };
    this.sizes = new ResizeObserver(this.again);
    this.sizes.observe(this.root);
    this.theme = new MutationObserver(this.again); // JupyterLab names its theme on the body
    this.theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-name", "data-jp-theme-light"] });
    this.dark = window.matchMedia("(prefers-color-scheme: dark)");
    this.dark.addEventListener("change", this.again);
  }

  close() {
    this.model.off("msg:custom", this.hear);
    this.model.off("change:about", this.told);
    this.model.off("comm_live_update", this.lost);
    this.sizes.disconnect(); this.theme.disconnect();
    this.dark.removeEventListener("change", this.again);
    [this.resting, this.quiet, this.worry].forEach(clearTimeout);
  }

  // -- the kernel

  ask(message) {
    if (this.gone) return this.say(this.gone);
    this.model.send(message);
    clearTimeout(this.worry);
    this.worry = setTimeout(() => this.say("The kernel has not answered for a while: it may be busy. If it was restarted, run this lab's cell again."), WAIT_MS);
  }

  receive(message, buffers) {
    clearTimeout(this.worry);
    const bytes = buffers && buffers.length ? new Uint8Array(buffers[0].buffer || buffers[0], buffers[0].byteOffset || 0, buffers[0].byteLength) : null;
    if (message.type === "shown") this.take(message, bytes);
    else if (message.type === "rest") this.rest(message, bytes);
    else if (message.type === "answered") {
      this.say(message.note);
      Object.values(this.controls).forEach((controls) => controls.place(message.name in controls.entries ? message.name : null, this.own(controls, message.index)));
    }
  }

  own(controls, index) { return Object.fromEntries(Object.entries(index).filter(([name]) => name in controls.entries)); }
  say(words) { if (this.note.textContent !== words) this.note.textContent = words; }

  take(message, bytes) {
    this.shown = message;
    let at = 0;
    for (const row of message.rows) {
      const length = (row === "sheet" ? this.size * this.size : message.names.length) * SIDE * SIDE;
      this.tiles[row].set(bytes.slice(at, at + length));
      at += length;
    }
    this.names.way = message.names;
    if (message.rows.includes("sheet")) this.names.sheet = []; // they come when the page is at rest
    this.tiles.sheet.marks = [[message.second, B_MARK], [message.chosen, A_MARK]];
    this.tiles.way.marks = [[0, A_MARK], [this.names.way.length - 1, B_MARK]];
    this.root.dataset.version = message.version;
    Object.values(this.controls).forEach((controls) => controls.place(null, this.own(controls, message.index)));
    this.copies.setAttribute("aria-busy", "true");
    this.words(message);
    this.point(this.pointed);
    clearTimeout(this.resting); clearTimeout(this.quiet);
    this.resting = setTimeout(() => this.ask({ type: "rest" }), REST);
    this.quiet = setTimeout(() => { this.spoken.textContent = message.summary; }, HUSH); // one that changed all the time would never be heard
  }

  words({ summary, lengths, chosen, second, rows }) {
    this.summary.textContent = summary;
    this.lengths.replaceChildren(...lengths.map((length) => make("li", {}, length.toFixed(1))));
    const names = this.names.way.map((name) => (name === null ? "a digit" : name)).join(", ");
    this.tiles.way.canvas.setAttribute("aria-label", `Ten pictures from A to B: ${names}`);
    if ([chosen, second].join() !== this.ended || rows.includes("sheet")) this.cells.name((i) => this.describe(i), chosen, second);
    this.ended = [chosen, second].join();
    if (!this.began) { this.began = true; this.cells.rove(chosen); }
  }

  rest(message, bytes) {
    if (!this.shown || message.version !== this.shown.version) return; // A has moved on
    this.names.sheet = message.names;
    this.cells.name((i) => this.describe(i), this.shown.chosen, this.shown.second);
    this.point(this.pointed);
    const { nearest } = this.tiles, away = message.distances.map((distance) => distance.toFixed(1));
    nearest.set(bytes.slice());
    nearest.canvas.setAttribute("aria-label", "The five nearest training digits: " + message.labels.map((label, i) => `a ${label}, ${away[i]} away`).join("; "));
    this.captions.replaceChildren(...message.labels.map((label, i) => make("li", {}, make("b", {}, label), make("br"), `${away[i]} away`)));
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
    const { sheet, way, large } = this.tiles, name = this.names.way[0], bytes = SIDE * SIDE;
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

// The colours of the page: ink and paper as it has them, and all shades between.
function colors(root) {
  const style = getComputedStyle(root), canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const ctx = canvas.getContext("2d", { willReadFrequently: true });
  const read = (color) => { ctx.fillStyle = color; ctx.fillRect(0, 0, 1, 1); return [...ctx.getImageData(0, 0, 1, 1).data]; };
  const paper = read(style.getPropertyValue("--gan-paper").trim() || "#fff"), ink = read(style.color); // ink may be thin: it is read on paper
  const lookup = Uint32Array.from({ length: 256 }, (_, i) => {
    const [r, g, b] = paper.map((low, channel) => Math.round(low + ((ink[channel] - low) * i) / 255));
    return (255 << 24) | (b << 16) | (g << 8) | r;
  });
  return { lookup, line: style.getPropertyValue("--gan-line").trim() || "#bbb" };
}
