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

let pictures = 0;

// root: an element, to which the caller appends `parts`: legend, canvas, what is under the pointer, words for the frame.
class Picture {
  constructor(root, scene) {
    Object.assign(this, { root, scene, off: new Set() });
    root.classList.add("gan-stage");
    this.summary = make("p", { class: "gan-summary", id: "gan-stage-" + ++pictures });
    this.canvas = make("canvas", { role: "img", "aria-label": scene.title, "aria-describedby": this.summary.id });
    this.painter = new Painter(this.canvas);
    this.legend = make("ul", { class: "gan-legend", "aria-label": "Legend: the layers, each to be switched off and on" });
    this.readout = make("p", { class: "gan-readout" });
    this.parts = [this.legend, this.canvas, this.readout, this.summary];
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerdown", (event) => this.point(event));
    this.canvas.addEventListener("pointerleave", () => this.point(null));
    this.drawLegend();
    this.observe();
    this.read();
  }

  observe() { // what is drawn again when the page is resized, or gets other colours
    const again = () => { if (this.last) this.draw(...this.last); };
    this.size = new ResizeObserver(again);
    this.size.observe(this.root);
    this.theme = new MutationObserver(again); // JupyterLab names its theme on the body
    this.theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-name", "data-jp-theme-light"] });
  }

  close() { this.size.disconnect(); this.theme.disconnect(); }

  drawLegend() { // each layer has a switch
    const items = this.scene.panels.flatMap((panel) => panel.layers).filter((layer) => layer.label);
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
    if (this.last) this.draw(...this.last);
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
    const { box: [left, top, w, h], x, y } = this.axes[panel.id], values = this.last[0].values;
    const across = (this.pointer[0] - left) / w, up = 1 - (this.pointer[1] - top) / h;
    const round = (value) => (Number.isFinite(value) ? text(Math.abs(value) < 1e-4 ? 0 : Number(value.toPrecision(3))) : "not a number");
    const place = [[panel.x.label, round(x[0] + across * (x[1] - x[0]))], [panel.y.label, round(y[0] + up * (y[1] - y[0]))]];
    const read = panel.layers.filter((layer) => layer.read && !this.off.has(layer.label)).map((layer) => {
      const [from, n] = layer.values, cell = (share, count) => Math.min(count - 1, Math.floor(share * count));
      const at = layer.n ? cell(up, layer.n) * layer.n + cell(across, layer.n) : Math.round(across * (n - 1));
      return [layer.read, round(values[from + at])];
    });
    return [...(panel.square || !read.length ? place : place.slice(0, 1)), ...read]; // on a curve its own height counts
  }

  // quick: while frames follow each other closely, words (a new layout of the page) and colours (a question to it) need
  // not keep up with the picture.
  draw(frame, film, quick) {
    const width = this.root.clientWidth || 900;
    this.last = [frame, film];
    if (!quick || !this.look) {
      const style = getComputedStyle(this.root);
      this.look = { ink: style.color, paper: style.getPropertyValue("--gan-paper").trim() || "#fff", off: this.off };
      this.summary.textContent = frame.summary;
    }
    const { tall } = this.scene, wide = Math.min(560, Math.max(420, width * 0.48));
    this.painter.fit(width, Math.round(tall && width < tall.below ? width * tall.aspect : wide));
    this.axes = this.painter.draw(this.scene, frame, film, this.look);
    Object.assign(this.canvas.dataset, { step: frame.step, axes: JSON.stringify(this.axes), ratio: this.painter.ratio });
    if (!quick) this.read();
  }
}
