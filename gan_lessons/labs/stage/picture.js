// A picture in a page: the canvas with its legend, in the colours of the page. Needs page.js and paint.js; no kernel.

const MORPH_MS = 1500; // how long playing the morph takes
const LEAST = 240; // pixels of height that a picture has, however small the window
const CHARTS_FROM = 320; // pixels of height from which charts can be read beside the picture
const PHONE = 480; // pixels of width below which charts would push the settings out of sight
const CHART = 140; // pixels of height of a chart on a narrow canvas, with its title and its axis
const PANELS = ".jp-LinkedOutputView, .jp-WindowedPanel-outer, .jp-NotebookPanel-notebook"; // of JupyterLab, in which a lab is seen
const LARGE = 1.6; // how much larger all is drawn in the whole window

// The morph: how G carries its noise to where it puts it, on a slider, in the page alone.
// spec: {label, from, to}: names of the arrays of where points begin, and of those that they become.
class Morph {
  constructor(spec, again) { // again(): draws the picture anew
    Object.assign(this, { spec, again, share: 1 });
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.input = make("input", { type: "range", min: 0, max: 100, step: 1, "data-do": "morph", oninput: () => { this.stop(); this.to(Number(this.input.value) / 100); } });
    this.output = make("output", {});
    this.button = make("button", { type: "button", "data-do": "play-morph", title: "Shows how G moves its noise to where it puts it", onclick: () => this.play() }, "Show the morph");
    this.box = make("div", { class: "gan-morph" }, make("label", {}, make("span", {}, spec.label), this.input, this.output), this.button);
    this.to(1);
  }

  to(share) {
    this.share = share;
    this.input.value = Math.round(100 * share);
    this.output.textContent = this.input.value + "\u00a0%"; // the space does not break
    this.input.setAttribute("aria-valuetext", this.output.textContent);
    this.again();
  }

  play() { // who asked for less motion gets the two ends, in turn
    this.stop();
    if (this.calm.matches) return this.to(this.share < 1 ? 1 : 0);
    const start = performance.now(), tick = (now) => {
      this.to(Math.min(1, Math.max(0, (now - start) / MORPH_MS)));
      this.ticking = this.share < 1 ? requestAnimationFrame(tick) : 0;
    };
    this.ticking = requestAnimationFrame(tick);
  }

  stop() { cancelAnimationFrame(this.ticking); }

  // The frame's arrays with the points on their way: slow at both ends.
  values(values) {
    if (this.share === 1) return values;
    const t = this.share * this.share * (3 - 2 * this.share), { from, to } = this.spec;
    const moved = (name, k) => (values[name] || NONE).map((end, i) => (1 - t) * values[from[k]][i] + t * end);
    return { ...values, ...Object.fromEntries(to.map((name, k) => [name, moved(name, k)])) };
  }
}

const LOOKS = { both: "picture and charts", picture: "picture", charts: "charts" };
const isChart = (panel) => panel.x.label === "step"; // over time

let pictures = 0;

// root: an element, to which the caller appends `parts`: legend, canvas, what is under the pointer, words for the frame.
// again(): called when the page has another size or other colours. marks(ctx, axes): where it is set, called after each drawing, to draw above it.
// chose(): where it is set, called when a person chose what is drawn.
// around(): where it is set, the height of all that is to be in sight together, the canvas in it.
class Picture {
  constructor(root, scene, again = () => this.redraw()) {
    Object.assign(this, { root, scene, off: new Set(), scale: 1 });
    root.classList.add("gan-stage");
    this.summary = make("p", { class: "gan-summary", id: "gan-stage-" + ++pictures });
    this.canvas = make("canvas", { role: "img", "aria-label": scene.title, "aria-describedby": this.summary.id });
    this.painter = new Painter(this.canvas);
    this.looks = make("select", { "data-do": "look", "aria-label": "What is drawn", onchange: () => this.choose(this.looks.value) },
      ...Object.entries(LOOKS).map(([name, words]) => make("option", { value: name }, words)));
    this.chosen = ""; // until a person chooses
    this.legend = make("ul", { class: "gan-legend", "aria-label": "Legend: the layers, each to be switched off and on" });
    this.readout = make("p", { class: "gan-readout" });
    this.morph = scene.morph ? new Morph(scene.morph, () => this.redraw()) : null;
    this.frame = make("div", { class: "gan-frame" }, this.canvas);
    const canvas = this.morph ? make("div", {}, this.frame, this.morph.box) : this.frame;
    this.several = new Set(scene.panels.map(isChart)).size > 1;
    this.parts = [make("div", { class: "gan-top" }, this.legend, this.several ? this.looks : ""), canvas, this.readout, make("div", { class: "gan-said" }, this.summary, ...this.why(scene.why || []))];
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerdown", (event) => this.point(event));
    this.canvas.addEventListener("pointerleave", () => this.point(null));
    this.drawLegend();
    this.unobserve = observeLook(root, () => { this.width = 0; again(); });
    this.read();
  }

  close() {
    this.unobserve();
    if (this.morph) this.morph.stop();
  }

  why(lines) { // a button beside the words; what it tells lies over the picture, so nothing moves
    if (!lines.length) return [];
    const box = make("div", { class: "gan-why", id: this.summary.id + "-why", hidden: "" }, ...lines.map((line) => make("p", {}, line)));
    const open = (on) => { box.hidden = !on; button.setAttribute("aria-expanded", on); };
    const button = make("button", { type: "button", title: "What these words mean", "data-do": "why", "aria-expanded": "false", "aria-controls": box.id, onclick: () => open(box.hidden) }, "why?");
    button.addEventListener("keydown", (event) => { if (event.key === "Escape") open(false); });
    return [button, box];
  }

  named() { // the layers with a label that are in the frame; before there is one, those of the first of several looks
    const frame = this.last && this.last[0], here = (layer) => (frame ? inFrame(layer, frame) : !layer.when || !layer.when[1]);
    const named = this.scene.panels.flatMap((panel) => panel.layers).filter((layer) => layer.label && here(layer));
    return [...new Map(named.reverse().map((layer) => [layer.label, layer])).values()].reverse(); // one switch a label
  }

  drawLegend() { // each layer has a switch
    const items = this.named();
    this.listed = items.map((layer) => layer.label).join();
    this.width = 0; // it may take more lines, or fewer
    this.legend.replaceChildren(...items.map((layer) => {
      const kind = layer.swatch || { points: layer.mark, cloud: layer.mark, curve: layer.dash || "solid" }[layer.kind] || layer.kind;
      const input = make("input", { type: "checkbox", "data-layer": layer.label, onchange: () => this.turn(layer.label, input.checked) });
      input.checked = !this.off.has(layer.label);
      const swatch = make("span", { class: "gan-swatch gan-" + kind, style: `--c:${layer.color || "currentColor"};--low:${layer.low}`, "aria-hidden": "true" });
      return make("li", {}, make("label", {}, input, swatch, layer.label));
    }));
  }

  choose(look) { // "both", "picture" or "charts", or what the page has beside them
    this.chosen = look;
    if (this.chose) this.chose();
    this.redraw();
  }

  shown(look) { return this.scene.panels.filter((panel) => look === "both" || isChart(panel) === (look === "charts")); }

  high(look, width) { // a narrow canvas has one panel below the other, and charts high enough to be read
    const whole = Math.max(width * this.scene.tall.aspect, ...this.scene.panels.filter(isChart).map(({ tall }) => CHART / tall[3]));
    const shown = this.shown(look), high = whole * shown.reduce((sum, { tall }) => sum + tall[3], 0);
    return look === "picture" ? Math.min(high, width * shown.length) : high;
  }

  // The scene with the panels of a look alone, on all of the canvas.
  seen(look) {
    if (this.cut && this.cut.look === look) return this.cut.scene;
    let panels = this.shown(look);
    for (const key of ["box", "tall"]) {
      if (!panels.every((panel) => panel[key])) continue;
      const [left, top] = [0, 1].map((i) => Math.min(...panels.map((panel) => panel[key][i])));
      const [wide, high] = [0, 1].map((i) => Math.max(...panels.map((panel) => panel[key][i] + panel[key][i + 2])) - [left, top][i]);
      panels = panels.map((panel) => { const [x, y, w, h] = panel[key]; return { ...panel, [key]: [(x - left) / wide, (y - top) / high, w / wide, h / high] }; });
    }
    this.cut = { look, scene: { ...this.scene, panels } };
    return this.cut.scene;
  }

  turn(label, on) {
    this.off[on ? "delete" : "add"](label);
    this.redraw();
  }

  // -- what is under the pointer

  point(event) {
    this.pointer = event && [event.offsetX / this.scale, event.offsetY / this.scale];
    this.read();
  }

  read() {
    const panel = this.pointer && this.axes && this.scene.panels.find((one) => this.axes[one.id] && this.over(this.axes[one.id].box));
    this.readout.textContent = panel ? this.readings(panel).map(([name, value]) => `${name} ${value}`).join(", ") : "Point at the picture to read its values.";
  }

  over([x, y, w, h]) {
    const [px, py] = this.pointer;
    return px >= x && px <= x + w && py >= y && py <= y + h;
  }

  readings(panel) {
    const { box: [left, top, w, h], x, y } = this.axes[panel.id];
    const across = (this.pointer[0] - left) / w, up = 1 - (this.pointer[1] - top) / h;
    const round = (value) => (Number.isFinite(value) ? text(Math.abs(value) < 1e-4 ? 0 : Number(value.toPrecision(3))) : "not a number");
    const place = [[panel.x.label, round(x[0] + across * (x[1] - x[0]))], [panel.y.label, round(y[0] + up * (y[1] - y[0]))]];
    const [frame] = this.last, drawn = panel.layers.filter((layer) => layer.read && !this.off.has(layer.label) && inFrame(layer, frame));
    const read = [...drawn, ...(panel.reads || [])].map((layer) => {
      const values = numbers(frame, layer.values), cell = (share, count) => Math.min(count - 1, Math.floor(share * count));
      const at = layer.n ? cell(up, layer.n) * layer.n + cell(across, layer.n) : Math.round(across * (values.length - 1));
      const [low, high] = layer.bar ? layer.bar.range : [0, 1];
      return [layer.read, low + (high - low) * values[at]];
    }).filter(([, value], i) => i < drawn.length || Number.isFinite(value)).map(([name, value]) => [name, round(value)]);
    return [...(panel.square || !read.length ? place : place.slice(0, 1)), ...read]; // on a curve its own height counts
  }

  // quick: while frames follow each other closely, words (a new layout of the page) and colours (a question to it) need
  // not keep up with the picture.
  draw(frame, film, quick) {
    const { tall } = this.scene;
    this.last = [frame, film];
    if (!quick || !this.look) {
      const style = getComputedStyle(this.root);
      this.look = { ink: style.color, paper: style.getPropertyValue("--gan-paper").trim() || "#fff" };
      this.summary.textContent = frame.summary;
      if (this.named().map((layer) => layer.label).join() !== this.listed) this.drawLegend();
    }
    if (!this.width) this.measure();
    const width = this.width / this.scale, room = this.room / this.scale;
    const wide = this.whole ? room : Math.min(room, (this.scene.height || 1) * Math.min(560, Math.max(420, width * 0.48)));
    const narrow = Boolean(tall) && width < tall.below && !this.beside;
    const both = !this.several || (narrow ? width >= PHONE : wide >= CHARTS_FROM * (this.scene.height || 1));
    const look = this.chosen || (both ? "both" : "picture");
    this.looks.value = look;
    this.painter.fit(width, Math.round(narrow ? this.high(look, width) : wide), narrow, this.scale);
    const scene = this.seen(look), titles = frame.titles || {}; // by panel, where they change from frame to frame
    for (const panel of scene.panels) panel.title = titles[panel.id] || panel.title;
    this.axes = this.painter.draw(scene, this.moved(frame), film, this.look);
    Object.assign(this.canvas.dataset, { step: frame.step, ratio: this.painter.ratio });
    const size = this.canvas.width + " " + this.canvas.height;
    if (!quick || size !== this.size) this.canvas.dataset.axes = JSON.stringify(this.axes); // a new size is never left to later
    this.size = size;
    if (this.marks) this.marks(this.painter.ctx, this.axes);
    if (!quick) this.read();
  }

  measure() { // how wide the canvas is to be, and how high it may be for all around it to be in sight, too
    this.width = (this.canvas.parentElement || this.root).clientWidth || 900;
    this.beside = this.width < this.root.clientWidth - 100; // something else has the rest
    this.whole = this.root.classList.contains("gan-whole");
    this.scale = this.whole && !this.marks ? LARGE : 1; // spots of a drawing are pixels of the page
    const seen = !this.whole && this.root.closest(PANELS);
    const framed = document.documentElement.classList.contains("gan-framed"); // its window is as high as it says
    const height = framed ? Infinity : (seen && seen.clientHeight) || window.innerHeight;
    this.room = this.around ? Math.max(LEAST, height - (this.around() - this.canvas.offsetHeight) - 12) : Infinity;
  }

  // The frame in the middle of the morph; arrows belong to its end.
  moved(frame) {
    const whole = !this.morph || this.morph.share === 1;
    this.look.off = whole ? this.off : new Set([...this.off, ...this.named().filter((layer) => layer.kind === "arrows").map((layer) => layer.label)]);
    return whole ? frame : { ...frame, values: this.morph.values(frame.values) };
  }

  redraw() { if (this.last) this.draw(...this.last); }
}
