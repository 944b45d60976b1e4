// A picture in a page: the canvas with its legend, in the colours of the page. Needs paint.js; no kernel, no widget.

function make(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined) node.setAttribute(key, value);
  }
  // JupyterLab must not take our keys: without this, the arrows would move between cells and not the slider. It looks
  // for this on the focused node itself, on one around it is too late.
  if (["button", "input", "select", "textarea"].includes(tag)) node.setAttribute("data-lm-suppress-shortcuts", "true");
  node.append(...children);
  return node;
}

const MORPH_MS = 1500; // how long playing the morph takes

// The morph: how G carries its noise to where it puts it, on a slider, in the page alone.
// spec: {label, from, to}: places [offset, n] in a frame of where points begin, and of the layers that they become.
class Morph {
  constructor(spec, again) { // again(): draws the picture anew
    Object.assign(this, { spec, again, share: 1 });
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.input = make("input", { type: "range", min: 0, max: 100, step: 1, "data-do": "morph", oninput: () => { this.stop(); this.to(Number(this.input.value) / 100); } });
    this.output = make("output", {});
    this.button = make("button", { type: "button", "data-do": "play-morph", title: "Shows how G moves its noise to where it puts it", onclick: () => this.play() }, "Play the morph");
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

  // The frame's numbers with the points on their way: slow at both ends.
  values(values) {
    if (this.share === 1) return values;
    const t = this.share * this.share * (3 - 2 * this.share);
    if (!this.moved || this.moved.length !== values.length) this.moved = new Float32Array(values.length);
    this.moved.set(values);
    this.spec.from.forEach(([from, n], k) => {
      const [to] = this.spec.to[k];
      for (let i = 0; i < n; i++) this.moved[to + i] = (1 - t) * values[from + i] + t * values[to + i];
    });
    return this.moved;
  }
}

let pictures = 0;

// root: an element, to which the caller appends `parts`: legend, canvas, what is under the pointer, words for the frame.
// marks(ctx, axes): where it is set, called after each drawing, to draw above it.
class Picture {
  constructor(root, scene) {
    Object.assign(this, { root, scene, off: new Set() });
    root.classList.add("gan-stage");
    this.summary = make("p", { class: "gan-summary", id: "gan-stage-" + ++pictures });
    this.canvas = make("canvas", { role: "img", "aria-label": scene.title, "aria-describedby": this.summary.id });
    this.painter = new Painter(this.canvas);
    this.legend = make("ul", { class: "gan-legend", "aria-label": "Legend: the layers, each to be switched off and on" });
    this.readout = make("p", { class: "gan-readout" });
    this.morph = scene.morph ? new Morph(scene.morph, () => this.redraw()) : null;
    const canvas = this.morph ? make("div", {}, this.canvas, this.morph.box) : this.canvas;
    this.parts = [this.legend, canvas, this.readout, this.summary];
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerdown", (event) => this.point(event));
    this.canvas.addEventListener("pointerleave", () => this.point(null));
    this.drawLegend();
    this.observe();
    this.read();
  }

  observe() { // what is drawn again when the page is resized, or gets other colours
    const again = () => { this.width = 0; this.redraw(); };
    this.size = new ResizeObserver(again);
    this.size.observe(this.root);
    this.theme = new MutationObserver(again); // JupyterLab names its theme on the body
    this.theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-name", "data-jp-theme-light"] });
  }

  close() {
    this.size.disconnect(); this.theme.disconnect();
    if (this.morph) this.morph.stop();
  }

  named() { // the layers with a label that are in the frame; before there is one, those of the first of several looks
    const frame = this.last && this.last[0], here = (layer) => (frame ? inFrame(layer, frame) : !layer.when || !layer.when[1]);
    const named = this.scene.panels.flatMap((panel) => panel.layers).filter((layer) => layer.label && here(layer));
    return [...new Map(named.reverse().map((layer) => [layer.label, layer])).values()].reverse(); // one switch a label
  }

  drawLegend() { // each layer has a switch
    const items = this.named();
    this.listed = items.map((layer) => layer.label).join();
    this.legend.replaceChildren(...items.map((layer) => {
      const kind = { points: layer.mark, cloud: layer.mark, curve: layer.dash || "solid" }[layer.kind] || layer.kind;
      const input = make("input", { type: "checkbox", "data-layer": layer.label, onchange: () => this.turn(layer.label, input.checked) });
      input.checked = !this.off.has(layer.label);
      const swatch = make("span", { class: "gan-swatch gan-" + kind, style: `--c:${layer.color || "currentColor"};--low:${layer.low}`, "aria-hidden": "true" });
      return make("li", {}, make("label", {}, input, swatch, layer.label));
    }));
  }

  turn(label, on) {
    this.off[on ? "delete" : "add"](label);
    this.redraw();
  }

  // -- what is under the pointer

  point(event) {
    this.pointer = event && [event.offsetX, event.offsetY];
    this.read();
  }

  read() {
    const panel = this.pointer && this.axes && this.scene.panels.find((one) => this.over(this.axes[one.id].box));
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
      const [from, n] = layer.values, cell = (share, count) => Math.min(count - 1, Math.floor(share * count));
      const at = layer.n ? cell(up, layer.n) * layer.n + cell(across, layer.n) : Math.round(across * (n - 1));
      const [low, high] = layer.bar ? layer.bar.range : [0, 1];
      return [layer.read, low + (high - low) * frame.values[from + at]];
    }).filter(([, value], i) => i < drawn.length || Number.isFinite(value)).map(([name, value]) => [name, round(value)]);
    return [...(panel.square || !read.length ? place : place.slice(0, 1)), ...read]; // on a curve its own height counts
  }

  // quick: while frames follow each other closely, words (a new layout of the page) and colours (a question to it) need
  // not keep up with the picture.
  draw(frame, film, quick) {
    const width = (this.width = this.width || this.root.clientWidth) || 900, { tall } = this.scene;
    this.last = [frame, film];
    if (!quick || !this.look) {
      const style = getComputedStyle(this.root);
      this.look = { ink: style.color, paper: style.getPropertyValue("--gan-paper").trim() || "#fff" };
      this.summary.textContent = frame.summary;
      if (this.named().map((layer) => layer.label).join() !== this.listed) this.drawLegend();
    }
    const wide = (this.scene.height || 1) * Math.min(560, Math.max(420, width * 0.48));
    this.painter.fit(width, Math.round(tall && width < tall.below ? width * tall.aspect : wide));
    this.axes = this.painter.draw(this.scene, this.moved(frame), film, this.look);
    Object.assign(this.canvas.dataset, { step: frame.step, ratio: this.painter.ratio });
    if (!quick) this.canvas.dataset.axes = JSON.stringify(this.axes);
    if (this.marks) this.marks(this.painter.ctx, this.axes);
    if (!quick) this.read();
  }

  // The frame in the middle of the morph; arrows belong to its end.
  moved(frame) {
    const whole = !this.morph || this.morph.share === 1;
    this.look.off = whole ? this.off : new Set([...this.off, ...this.named().filter((layer) => layer.kind === "arrows").map((layer) => layer.label)]);
    return whole ? frame : { ...frame, values: this.morph.values(frame.values) };
  }

  redraw() { if (this.last) this.draw(...this.last); }
}
