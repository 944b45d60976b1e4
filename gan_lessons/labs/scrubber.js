// The scrubber: moves through a finished sweep. Needs paint.js and picture.js; it asks no kernel and no network.
//
// spec: what sweep_scene.py packs: {label, values, steps, seeds, shares, kept, scene, size, arrays}. bytes: all frames,
// in blocks of n numbers that are found by position "p", moment "t" and seed "s". The page draws once a display tick.

const QUIET = 700; // ms without a movement before the words are spoken
const WORDS = 120; // ms between two layouts of the page while something moves
const THUMB = 8; // half a slider's thumb: where its first position is
const ASIDE = 8; // how far the strip reaches to the left of the slider's track, as scrubber.css has it
const NOT_A_NUMBER = 65535;
const STATES = ["This run is neither good nor collapsed.", "This run is good.", "This run has collapsed.", "This run diverged."];
const percent = (share) => Math.round(100 * share) + "\u00a0%"; // the space does not break
const grouped = (n) => n.toLocaleString("en");
const named = (value) => (typeof value === "number" ? text(value) : value);

// ---- Reel: the frames --------------------------------------------------------------------------------------

class Reel {
  constructor(spec, bytes) {
    this.spec = spec;
    this.bytes = bytes.buffer ? bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) : bytes;
    this.sizes = { p: spec.values.length, t: spec.steps.length, s: spec.seeds.length };
  }

  block(name, where) { // the n numbers of one array at a place
    const { axes, n, at, low, high } = this.spec.arrays[name];
    let index = 0;
    for (const axis of axes) index = index * this.sizes[axis] + where[axis];
    if (low === null) return new Float32Array(this.bytes, at + 4 * index * n, n);
    const scale = (high - low) / (NOT_A_NUMBER - 1);
    return Float32Array.from(new Uint16Array(this.bytes, at + 2 * index * n, n), (code) => (code === NOT_A_NUMBER ? NaN : low + scale * code));
  }

  frame(where) {
    const { spec } = this, values = new Float32Array(spec.size);
    for (const [name, { place }] of Object.entries(spec.arrays)) if (place !== null) values.set(this.block(name, where), place);
    const diverged = this.block("state", where)[0] === 3;
    return { step: spec.steps[where.t], values, summary: this.words(where), notice: diverged ? "This run diverged: its numbers are not finite any more." : "" };
  }

  title({ p, t, s }) {
    const { spec } = this;
    return `${spec.label}: ${named(spec.values[p])}, step ${grouped(spec.steps[t])}, seed ${spec.seeds[s]}`;
  }

  words(where) {
    const [good, total, low, high] = this.spec.shares[where.t][where.p];
    let words = this.title(where) + ". ";
    if (this.spec.arrays.moments) {
      const [mean, sd] = this.block("moments", where), [realMean, realSd] = this.block("real moments", where);
      if (Number.isFinite(mean)) words += `Generated: mean ${mean.toFixed(2)} (real ${realMean.toFixed(2)}), sd ${sd.toFixed(2)} (real ${realSd.toFixed(2)}). `;
    }
    return words + `${STATES[this.block("state", where)[0]]} ${good} of ${total} seeds here ${good === 1 ? "is" : "are"} good (${percent(good / total)}, 95\u00a0% interval ${percent(low)} to ${percent(high)}).`;
  }
}

// ---- Strip: the share of good seeds at each position, under the slider's track -------------------------------

class Strip {
  constructor(spec, pick) {
    this.spec = spec;
    this.canvas = make("canvas", { class: "gan-strip", role: "img" });
    this.painter = new Painter(this.canvas);
    this.canvas.addEventListener("pointerdown", (event) => pick(this.nearest(event.offsetX)));
  }

  x(i) { return ASIDE + THUMB + (this.spec.values.length > 1 ? (i / (this.spec.values.length - 1)) * (this.track - 2 * THUMB) : 0); }
  nearest(x) {
    const gaps = this.spec.values.map((_, i) => Math.abs(this.x(i) - x));
    return gaps.indexOf(Math.min(...gaps));
  }

  draw({ p, t }, track, width, { ink, paper }) { // track: the slider's width, width: the canvas's, both in CSS pixels
    const { painter, spec } = this, { ctx } = painter, shares = spec.shares[t], top = 10, bottom = 74;
    const y = (share) => bottom - share * (bottom - top), gap = (track - 2 * THUMB) / Math.max(1, shares.length - 1);
    const half = Math.max(2, Math.min(11, 0.32 * gap));
    this.track = track;
    painter.fit(width, 98);
    ctx.fillStyle = paper; ctx.fillRect(0, 0, width, 98);
    ctx.font = FONT; ctx.fillStyle = ctx.strokeStyle = ink; ctx.lineWidth = 1; ctx.textAlign = "left"; ctx.textBaseline = "middle";
    for (const share of [0, 0.5, 1]) {
      ctx.globalAlpha = 0.25; ctx.fillRect(ASIDE, Math.round(y(share)), track, 1); ctx.globalAlpha = 1;
      ctx.fillText(percent(share), ASIDE + track + 12, y(share));
    }
    const bars = shares.map(([good, total, low, high], i) => {
      const x = this.x(i), share = good / total;
      ctx.fillStyle = "#009E73"; ctx.globalAlpha = i === p ? 1 : 0.45;
      ctx.fillRect(x - half, y(share), 2 * half, y(0) - y(share));
      ctx.globalAlpha = 1; ctx.fillStyle = ink;
      ctx.fillRect(x - 0.75, y(high), 1.5, y(low) - y(high));
      for (const end of [low, high]) ctx.fillRect(x - 4, y(end) - 0.75, 8, 1.5);
      return [x - half, y(share), x + half, y(0)];
    });
    this.here(this.x(p), half, y, ink);
    this.labels(p, width, bottom + 13);
    Object.assign(this.canvas.dataset, { position: p, bars: JSON.stringify(bars) });
    this.canvas.setAttribute("aria-label", `Share of good seeds at step ${grouped(spec.steps[t])}. ` + shares.map(([good, total], i) => `${named(spec.values[i])}: ${good} of ${total}`).join("; "));
  }

  here(x, half, y, ink) { // a frame around the bar of the position shown, and a mark on top of it
    const { ctx } = this.painter;
    ctx.strokeStyle = ctx.fillStyle = ink; ctx.lineWidth = 1.5;
    ctx.strokeRect(x - half - 3, y(1) - 2, 2 * half + 6, y(0) - y(1) + 4);
    ctx.beginPath(); ctx.moveTo(x - 5, 0); ctx.lineTo(x + 5, 0); ctx.lineTo(x, 7); ctx.fill();
  }

  labels(p, width, y) { // the value shown, and of the others those that have room
    const { ctx } = this.painter, taken = [];
    ctx.textBaseline = "top"; ctx.textAlign = "left";
    for (const i of [p, ...this.spec.values.keys()]) {
      const bold = i === p;
      ctx.font = (bold ? "600 " : "") + FONT;
      const words = named(this.spec.values[i]), wide = Math.min(width, ctx.measureText(words).width);
      const left = Math.max(0, Math.min(width - wide, this.x(i) - wide / 2));
      if (taken.some(([a, b]) => left < b + 8 && left + wide > a - 8)) continue;
      taken.push([left, left + wide]);
      ctx.fillText(words, left, y - 6, width);
    }
  }
}

// ---- Scrubber: picture, sliders and strip in the page ---------------------------------------------------------

class Scrubber {
  constructor(root, spec, bytes) {
    Object.assign(this, { root, spec, reel: new Reel(spec, bytes), where: { p: 0, t: spec.steps.length - 1, s: 0 }, drawn: 0 });
    root.classList.add("gan-scrubber");
    this.scene = spec.scene;
    this.picture = new Picture(root, this.scene);
    this.strip = new Strip(spec, (p) => { this.inputs.p.value = p; this.move("p"); });
    this.spoken = make("p", { class: "gan-spoken", role: "status" });
    this.inputs = {}; this.outputs = {};
    const rows = [
      this.row("p", spec.label, (p) => named(spec.values[p])),
      make("div", { class: "gan-row" }, make("span", {}, "good seeds, with 95 % interval"), this.strip.canvas),
      this.row("t", "training time", (t) => "step " + grouped(spec.steps[t])),
      this.row("s", "seed shown", (s) => "seed " + spec.seeds[s]),
    ];
    const controls = make("div", { class: "gan-rows", role: "group", "aria-label": "Where in the sweep" }, ...rows);
    const [legend, canvas, readout, summary] = this.picture.parts;
    root.append(legend, canvas, controls, readout, summary, make("p", { class: "gan-kept" }, spec.kept), this.spoken);
    this.observe();
    this.tick();
  }

  row(axis, label, say) {
    const input = make("input", { type: "range", min: 0, max: this.reel.sizes[axis] - 1, step: 1, "data-scrub": axis, oninput: () => this.move(axis) });
    input.value = this.where[axis];
    input.disabled = this.reel.sizes[axis] < 2;
    Object.assign(this.inputs, { [axis]: input });
    this.outputs[axis] = make("output", {});
    this.outputs[axis].say = say;
    return make("label", { class: "gan-row" }, make("span", {}, label), input, this.outputs[axis]);
  }

  observe() {
    const again = () => this.want();
    this.size = new ResizeObserver(again);
    this.size.observe(this.root);
    this.theme = new MutationObserver(again); // JupyterLab names its theme on the body
    this.theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-name", "data-jp-theme-light"] });
    this.dark = window.matchMedia("(prefers-color-scheme: dark)");
    this.again = again;
    this.dark.addEventListener("change", again);
  }

  close() {
    [this.size, this.theme, this.picture].forEach((one) => (one.close || one.disconnect).call(one));
    this.dark.removeEventListener("change", this.again);
    [this.later, this.quiet].forEach(clearTimeout);
  }

  move(axis) {
    this.where[axis] = Number(this.inputs[axis].value);
    this.want();
    clearTimeout(this.quiet); // a live region that changed with every movement would never be heard
    this.quiet = setTimeout(() => { this.spoken.textContent = this.reel.words(this.where); }, QUIET);
  }

  want() { if (!this.waiting) { this.waiting = true; requestAnimationFrame(() => this.tick()); } }

  tick() {
    this.waiting = false;
    const now = performance.now(), quick = now - (this.lastWords || 0) < WORDS, { where, picture } = this;
    clearTimeout(this.later);
    if (quick) this.later = setTimeout(() => this.want(), WORDS + 10); else this.lastWords = now;
    this.scene.panels[0].title = this.reel.title(where);
    picture.draw(this.reel.frame(where), [], quick);
    for (const [axis, output] of Object.entries(this.outputs)) {
      output.textContent = output.say(where[axis]);
      this.inputs[axis].setAttribute("aria-valuetext", output.textContent);
    }
    const track = this.inputs.p.offsetWidth, width = this.strip.canvas.parentElement.clientWidth ? this.strip.canvas.offsetWidth : 0;
    if (track && width) this.strip.draw(where, track, width, picture.look);
    Object.assign(picture.canvas.dataset, { position: where.p, moment: where.t, seed: where.s, drawn: ++this.drawn });
  }
}
