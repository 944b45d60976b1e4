// The lab of latent planes in the page: the planes of several networks with one point in all of them, a digit that is
// encoded and decoded, and a walk. Needs arrays.js, page.js, tiles.js and pad.js.
//
// A place is [x, y] from -1 to 1, y upwards.

const CLASSES = ["#56B4E9", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#0072B2", "#8A6D3B", "#7B5EA7", "#D4A5C9", "#888888"];
const POINT = "#D55E00", DIGIT = ["D", "#E69F00", "#000"];
const KINDS_OF_TILES = ["point", "remains", "way"]; // digits of each network, named as in the kernel's messages
const STEP = 0.05, LEAP = 0.25; // of a key, and with Shift
const FADED = 0.18; // how much is seen of the digits of a plane behind its points

// ---- Plane: one network's plane, its sheet of digits below and marks above -------------------------------------------

class Plane {
  // went(place): the point was moved. held(): a click was made
  constructor(size, name, describedby, { went, held }) {
    Object.assign(this, { size, name, went, held, place: [0, 0], real: null });
    this.sheet = new Tiles(size, { "aria-hidden": "true", class: "gan-sheet" }, { gap: 0 });
    this.over = make("canvas", { class: "gan-over", role: "application", tabindex: 0, "aria-describedby": describedby, "data-lm-suppress-shortcuts": "true" });
    this.box = make("div", { class: "gan-plane" }, this.sheet.canvas, this.over);
    const listen = (type, act) => this.over.addEventListener(type, act);
    listen("pointermove", (event) => this.point(event, false));
    listen("pointerdown", (event) => this.point(event, true));
    listen("keydown", (event) => this.key(event));
  }

  point(event, pressed) {
    if (event.button > 0) return;
    if (pressed && event.pointerType !== "mouse") this.over.setPointerCapture(event.pointerId);
    const box = this.over.getBoundingClientRect(), share = (value) => Math.min(1, Math.max(-1, 2 * value - 1));
    this.went([share((event.clientX - box.left) / box.width), -share((event.clientY - box.top) / box.height)], event.pointerType !== "mouse" || pressed);
    if (pressed && event.pointerType === "mouse") this.held();
  }

  key(event) {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key], by = event.shiftKey ? LEAP : STEP;
    if (!move && event.key !== "Home") return;
    const near = (value) => Math.min(1, Math.max(-1, Math.round(value * 100) / 100));
    this.went(move ? move.map((way, i) => near(this.place[i] + way * by)) : [0, 0], true);
    event.preventDefault();
    event.stopPropagation(); // the notebook has plans of its own for these keys
  }

  drawSheet(look, labels, points) { // the digits, and over them the real ones, each as its class
    this.sheet.draw(look.lookup, look.paper);
    if (!points || !this.real) return;
    const { canvas } = this.sheet, side = canvas.clientWidth, ctx = canvas.getContext("2d");
    ctx.globalAlpha = 1 - FADED; ctx.fillStyle = look.paper; ctx.fillRect(0, 0, side, side); ctx.globalAlpha = 1;
    Object.assign(ctx, { font: `700 ${Math.max(9, side / 28)}px system-ui, sans-serif`, textAlign: "center", textBaseline: "middle" });
    labels.forEach((label, i) => {
      ctx.fillStyle = CLASSES[label];
      ctx.fillText(label, ...this.spot([this.real[2 * i], this.real[2 * i + 1]], side));
    });
  }

  spot([x, y], side) { return [((x + 1) / 2) * side, ((1 - y) / 2) * side]; }

  draw(look, code, [a, b]) { // the marks
    const canvas = this.over, side = canvas.clientWidth, ratio = window.devicePixelRatio || 1, ctx = canvas.getContext("2d");
    if (canvas.width !== Math.round(side * ratio)) canvas.width = canvas.height = Math.round(side * ratio);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, side, side);
    const inside = (one) => one.map((value) => Math.min(0.96, Math.max(-0.96, value))); // what is beyond stands at the edge
    const ends = [a, b].map((one) => this.spot(inside(one), side));
    for (const [color, wide] of [[look.paper, 4], [look.ink, 1.5]]) {
      Object.assign(ctx, { strokeStyle: color, lineWidth: wide });
      ctx.beginPath(); ends.forEach((end) => ctx.lineTo(...end)); ctx.stroke();
    }
    this.flag(ctx, this.spot(inside(code), side), DIGIT, 11); // larger, so that it is seen where A or B is at the same place
    this.flag(ctx, ends[0], A_MARK, 7.5); this.flag(ctx, ends[1], B_MARK, 7.5);
    const [x, y] = this.spot(this.place, side);
    for (const [color, wide] of [[look.paper, 5], [POINT, 2.5]]) {
      Object.assign(ctx, { strokeStyle: color, lineWidth: wide });
      ctx.beginPath(); ctx.arc(x, y, 8, 0, 7); ctx.moveTo(x - 13, y); ctx.lineTo(x - 4, y); ctx.moveTo(x + 4, y); ctx.lineTo(x + 13, y);
      ctx.moveTo(x, y - 13); ctx.lineTo(x, y - 4); ctx.moveTo(x, y + 4); ctx.lineTo(x, y + 13); ctx.stroke();
    }
  }

  flag(ctx, [x, y], [letter, color, ink], radius) {
    ctx.fillStyle = color; ctx.strokeStyle = "#fff"; ctx.lineWidth = 1;
    ctx.beginPath(); ctx.arc(x, y, radius, 0, 7); ctx.fill(); ctx.stroke();
    Object.assign(ctx, { fillStyle: ink, font: "700 11px system-ui, sans-serif", textAlign: "center", textBaseline: "middle" });
    ctx.fillText(letter, x, y + 0.5);
  }
}

// ---- PlanesView: all of it ------------------------------------------------------------------------------------------

class PlanesView {
  constructor(model, root) {
    Object.assign(this, { model, root, place: [0, 0], still: false, busy: false, waiting: new Map(), changed: new Set(), id: `gan-planes-${++PlanesView.count}` });
    root.classList.add("gan-stage", "gan-latent", "gan-planes");
    this.build();
    this.kernel = new Kernel(model, { hear: (message, buffers) => this.receive(message, buffers), say: (words) => this.say(words) });
    this.switched = () => { this.points.checked = model.get("points"); this.spoil(); };
    model.on("change:points", this.switched);
    this.unobserve = observeLook(root, () => { this.look = null; this.spoil(); });
    this.ask({ type: "hello" });
  }

  static count = 0;

  // -- the page

  build() {
    this.help = make("p", { class: "gan-help", id: `${this.id}-help` }, "Move the pointer over a plane: all planes show their digit at the same place. A click holds the point still, a second one lets it go. By keys: arrows, with Shift further; Home is the middle.");
    const meant = make("p", { class: "gan-help" }, "Error: the mean squared difference of a pixel, with ink 1 and paper 0. What a picture is most like: the class of most of the five real digits nearest to it.");
    this.columns = this.model.get("names").map((name, k) => this.column(name, this.model.get("about")[k]));
    this.summary = make("p", { class: "gan-summary" });
    this.note = make("p", { class: "gan-note", role: "status" });
    this.spoken = new Spoken();
    this.root.append(make("div", { class: "gan-columns", style: `--planes: ${this.columns.length}` }, ...this.columns.map((one) => one.node), this.side()), this.note, this.summary, meant, this.spoken.node);
  }

  column(name, about) {
    const plane = new Plane(this.model.get("size"), name, this.help.id, { went: (place, firm) => this.go(place, firm), held: () => this.hold() });
    const tile = (kind) => new Tiles(1, { role: "img", class: `gan-one gan-${kind}` }, { gap: 0 });
    const tiles = { point: tile("point"), remains: tile("remains"), way: new Tiles(9, { role: "img", class: "gan-walk" }) };
    const error = make("output", {});
    const pair = make("div", { class: "gan-pair" },
      make("figure", {}, tiles.point.canvas, make("figcaption", {}, "the point")),
      make("figure", {}, tiles.remains.canvas, make("figcaption", {}, "what remains of the digit, error ", error)));
    const node = this.section(name, plane.box, pair, tiles.way.canvas, make("p", { class: "gan-help" }, about));
    return { name, plane, tiles, error, node };
  }

  side() {
    this.pad = new Pad((strokes) => this.ask({ type: "draw", strokes }));
    this.seen = new Tiles(1, { role: "img", class: "gan-one gan-seen", "aria-label": "The digit, centred and scaled as in MNIST" }, { gap: 0 });
    this.points = make("input", { type: "checkbox", "data-do": "points", onchange: () => { this.model.set("points", this.points.checked); this.model.save_changes(); } });
    this.points.checked = this.model.get("points");
    const keep = (end) => make("div", { class: "gan-transport", role: "group", "aria-label": `Keep as ${end}` }, make("span", {}, `Keep as ${end}:`),
      ...["digit", "point"].map((what) => this.button(`${what}-${end}`, `the ${what}`, `The walk ${end === "A" ? "begins" : "ends"} at the ${what}`, { type: "keep", end, what })));
    const clear = make("button", { type: "button", "data-do": "clear", title: "Empty the pad", onclick: () => this.pad.clear() }, "Clear");
    return make("section", { class: "gan-drawing", "aria-label": "The digit" }, make("p", { class: "gan-title", "aria-hidden": "true" }, "Draw a digit (D)"),
      make("div", { class: "gan-pads" }, this.pad.canvas, make("figure", {}, this.seen.canvas, make("figcaption", {}, "as in MNIST"))),
      make("div", { class: "gan-transport" }, clear, this.button("another", "Another real digit", "Encode the next of the real digits", { type: "another" })),
      make("p", { class: "gan-title" }, "Walk from A to B"), keep("A"), keep("B"),
      make("div", { class: "gan-transport" }, make("label", { class: "gan-points" }, this.points, `${this.model.get("real").toLocaleString("en")} real digits, each as its class`)), this.help);
  }

  button(name, words, title, message) { return make("button", { type: "button", title, "data-do": name, onclick: () => this.ask(message) }, words); }
  section(title, ...children) { return make("section", { "aria-label": title }, make("p", { class: "gan-title", "aria-hidden": "true" }, title), ...children); }

  close() {
    this.model.off("change:points", this.switched);
    this.kernel.close(); this.spoken.close(); this.unobserve();
    clearTimeout(this.resting); clearTimeout(this.leaving);
  }

  // -- the kernel: one message is under way at a time, and of each kind only the newest waits

  ask(message) {
    const kind = [message.type, message.end, message.what].join();
    if (this.busy) { this.waiting.delete(kind); this.waiting.set(kind, message); return; }
    this.busy = this.root.dataset.busy = true; // the root says it to others: what is shown may not be the newest yet
    this.kernel.send(message);
  }

  next() {
    this.busy = false;
    const [kind] = this.waiting.keys();
    if (kind === undefined) { delete this.root.dataset.busy; return; }
    const message = this.waiting.get(kind);
    this.waiting.delete(kind);
    this.ask(message);
  }

  receive(message, buffers) {
    if (message.type === "shown") this.take(message, unpack(message.arrays, buffers[0]));
    else if (message.type === "rest") this.rest(message);
    else if (message.type === "answered") { this.say(message.note); this.next(); }
  }

  say(words) { if (this.note.textContent !== words) this.note.textContent = words; }

  take(message, arrays) {
    this.shown = message;
    const part = (values, k) => values.subarray((k * values.length) / this.columns.length, ((k + 1) * values.length) / this.columns.length);
    this.columns.forEach(({ plane, tiles, error }, k) => {
      for (const name of KINDS_OF_TILES) if (arrays[name]) tiles[name].set(part(arrays[name], k));
      error.textContent = message.errors[k].toFixed(3);
      tiles.way.marks = [[0, A_MARK], [8, B_MARK]];
      if (arrays.sheets) { plane.sheet.set(part(arrays.sheets, k)); plane.real = Number.isNaN(part(arrays.real, k)[0]) ? null : part(arrays.real, k); }
    });
    Object.keys(arrays).forEach((name) => this.changed.add(name));
    if (arrays.labels) this.labels = arrays.labels;
    if (arrays.digit) { this.seen.set(arrays.digit); if (this.alien(message)) this.pad.show(arrays.digit); this.pad.say(message.words); }
    if (!this.waiting.has("point,,")) this.move(message.at);
    this.root.dataset.version = message.version;
    this.describe(this.names || {});
    clearTimeout(this.resting); clearTimeout(this.leaving);
    this.resting = setTimeout(() => this.ask({ type: "rest" }), REST);
    this.leaving = setTimeout(() => this.ask({ type: "leave" }), LEAVE); // the newest picture stays in the notebook
    this.want();
  }

  alien({ drawn }) { // whether the digit is none of the pad's own, and no stroke is under way
    return !this.pad.stroke && !this.waiting.has("draw,,") && !(drawn && this.pad.strokes.length);
  }

  rest(message) {
    if (!this.shown || message.version !== this.shown.version) return; // it has moved on
    this.summary.textContent = message.summary;
    this.spoken.say(message.summary);
    this.describe(message.names);
    this.root.dataset.rested = message.version;
  }

  describe(names) { // names for the pictures; none are known until the page is at rest
    const like = (list, k) => (list ? `, most like ${list[k].join(", ")}` : ""), [x, y] = this.place.map((value) => value.toFixed(2));
    this.columns.forEach(({ name, plane, tiles }, k) => {
      plane.over.setAttribute("aria-label", `Plane of ${name}, the point at ${x}, ${y}${like(names.point, k)}`);
      tiles.point.canvas.setAttribute("aria-label", `${name} at the point${like(names.point, k)}`);
      tiles.remains.canvas.setAttribute("aria-label", `What remains of the digit in ${name}${like(names.remains, k)}`);
      tiles.way.canvas.setAttribute("aria-label", `Nine pictures from A to B in ${name}${like(names.way, k)}`);
    });
  }

  // -- what a person does

  go(place, firm) { // firm: a pointer that presses, or a key, moves a point that is held, too
    if (this.still && !firm) return;
    this.move(place);
    this.ask({ type: "point", x: place[0], y: place[1] });
    this.want();
  }

  move(place) { this.place = place; this.columns.forEach(({ plane }) => { plane.place = place; }); }
  hold() { this.still = !this.still; this.root.classList.toggle("gan-held", this.still); }

  // -- drawing, once a display tick

  spoil() { ["sheets", "digit", ...KINDS_OF_TILES].forEach((name) => this.changed.add(name)); this.want(); }
  want() { if (!this.ticking) { this.ticking = true; requestAnimationFrame(() => this.tick()); } }

  tick() {
    this.ticking = false;
    this.look = this.look || { ...colors(this.root), ink: getComputedStyle(this.root).color };
    const { look, shown, changed } = this;
    if (changed.has("digit")) this.pad.draw(look);
    if (!shown) return;
    if (changed.has("digit")) this.seen.draw(look.lookup, look.line);
    this.columns.forEach(({ plane, tiles }, k) => {
      if (changed.has("sheets")) plane.drawSheet(look, this.labels, this.model.get("points"));
      plane.draw(look, shown.codes[k], shown.ends.map((end) => end[k]));
      for (const name of KINDS_OF_TILES) if (changed.has(name)) tiles[name].draw(look.lookup, look.line);
    });
    changed.clear();
    this.root.dataset.drawn = shown.version;
  }
}
