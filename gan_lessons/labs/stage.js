// The Stage: draws scenes on a canvas, plays frames that the kernel trains, and scrubs through what it kept.
//
// The kernel sends a scene once (panels with layers) and then frames: one Float32Array each, in which every
// layer has its place, with a header {epoch, step, summary, notice}. The page gives the kernel credits for
// frames, draws one frame a display tick, and gives new credits by the half window: nothing can flood.

const KEEP = 250; // frames kept for scrubbing; when full, every other one is dropped and the stride doubles
const SLOW_MS = 1600; // how long a stage of slow motion stays

// ---- Film: the frames kept ---------------------------------------------------------------------------------

class Film {
  constructor() { this.clear(); }
  clear() { this.frames = []; this.stride = 1; this.count = 0; }
  add(frame) {
    const last = this.frames[this.frames.length - 1];
    if (last && last.step === frame.step && last.phase === frame.phase) { this.frames[this.frames.length - 1] = frame; return; }
    // the newest frame is always kept; the one before it stays only if its turn in the stride has come
    if (last && last.index % this.stride !== 0) this.frames.pop();
    frame.index = this.count++;
    this.frames.push(frame);
    if (this.frames.length > KEEP) {
      this.stride *= 2;
      this.frames = this.frames.filter((f, i) => f.index % this.stride === 0 || i === this.frames.length - 1);
    }
  }
}

// ---- Clock: credits, queue and play, one for each model ------------------------------------------------------

class Clock {
  constructor(model) {
    this.model = model;
    this.film = new Film();
    this.queue = [];
    this.views = new Set();
    Object.assign(this, { due: 0, epoch: 0, playing: false, slow: false, window: 10, drawn: 0, shown: null, live: true });
    this.loop = this.loop.bind(this);
    this.ticking = false;
    this.lastSlow = 0;
    this.still = window.matchMedia && window.matchMedia("(prefers-reduced-motion: reduce)");
    model.on("msg:custom", (message, buffers) => this.receive(message, buffers));
    this.send({ type: "hello" });
  }

  send(message) { this.model.send(message); }
  speed() { return this.model.get("speed"); }

  receive(message, buffers) {
    if (message.type === "frame") this.arrive(message, buffers[0]);
    else if (message.type === "done") {
      this.due = Math.max(0, this.due - message.unsent);
      if (message.ms) this.window = Math.max(4, Math.min(12, Math.round(60 / message.ms)));
    } else if (message.type === "reset") {
      this.film.clear(); this.queue = []; this.epoch = message.epoch; this.live = true;
    } else if (message.type === "stopped") { this.playing = false; }
    else if (message.type === "code") this.each((view) => view.showCode(message.text));
    else if (message.type === "settings") this.each((view) => view.showSettings(message));
    if (message.type !== "frame") this.each((view) => view.controls());
  }

  arrive(message, buffer) {
    const bytes = buffer.buffer ? buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength) : buffer.slice(0);
    const frame = { ...message, values: new Float32Array(bytes) };
    if (frame.paid) this.due = Math.max(0, this.due - 1);
    if (frame.epoch < this.epoch) return; // trained under settings that are no more
    if (frame.kept) { this.film.add(frame); this.showSoon(frame); return; } // the film, sent again to a new page
    if (frame.epoch > this.epoch) { // somebody did something: what waits is old news, but it was trained
      this.queue.forEach((f) => this.film.add(f));
      this.queue = [];
      this.epoch = frame.epoch;
    }
    this.queue.push(frame);
    if (!frame.paid) { // an answer to a person: shown at once
      this.queue.forEach((f) => this.film.add(f));
      this.queue = [];
      this.live = true;
      this.show(frame);
    }
    this.wake();
  }

  play() {
    this.playing = true; this.live = true; this.lastSlow = 0;
    this.grant(); this.wake();
    this.each((view) => view.controls());
  }

  pause() {
    this.playing = false;
    this.send({ type: "pause" }); // the kernel answers with the newest frame, so picture and kernel agree
    this.each((view) => view.controls());
  }

  grant() {
    if (!this.playing || !this.visible()) return;
    if (this.slow) {
      const now = performance.now();
      if (this.due === 0 && now - this.lastSlow >= SLOW_MS) {
        this.lastSlow = now; this.due = 1; this.send({ type: "credit", n: 1, slow: true });
      }
      return;
    }
    const wanted = this.window - this.due - this.queue.length;
    if (wanted >= this.window / 2) { this.due += wanted; this.send({ type: "credit", n: wanted }); }
  }

  visible() { return [...this.views].some((view) => view.visible); }
  wake() { if (!this.ticking) { this.ticking = true; requestAnimationFrame(this.loop); } }

  loop(now) {
    this.ticking = false;
    if (this.visible() && !(this.still && this.still.matches && this.playing && now - (this.lastDrawn || 0) < 250)) {
      const frame = this.queue.shift();
      this.grant(); // before drawing: meanwhile the kernel trains
      if (frame) {
        this.lastDrawn = now; this.film.add(frame);
        if (this.live) this.show(frame); else this.each((view) => view.controls()); // looking back, while it trains on
      }
    }
    if (this.views.size && (this.playing || this.queue.length)) this.wake();
  }

  show(frame) { this.shown = frame; this.drawn += 1; this.each((view) => view.draw(frame)); }
  showSoon(frame) { // of many frames that come at once, the last
    if (!this.soon) requestAnimationFrame(() => { const last = this.soon; this.soon = null; if (this.live) this.show(last); });
    this.soon = frame;
  }
  scrub(position) {
    this.live = position === this.film.frames.length - 1;
    this.show(this.film.frames[position]);
  }
  each(action) { this.views.forEach(action); }
}

// ---- Axes --------------------------------------------------------------------------------------------------

function ticks(low, high, count) {
  const rough = (high - low) / Math.max(1, count);
  const power = Math.pow(10, Math.floor(Math.log10(rough)));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough) || 10 * power;
  const out = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) out.push(Number((i * step).toPrecision(12)));
  return out;
}

const text = (value) => (Math.abs(value) >= 10000 ? value / 1000 + "k" : String(Number(value.toPrecision(6))));

class Axes {
  // box: [x, y, w, h] in CSS pixels, the part that data fill
  constructor(panel, box, frame, film) {
    this.panel = panel; this.box = box;
    this.x = panel.x.range || [0, Math.max(10, ...film.slice(-1).map((f) => f.step))];
    this.y = Axes.span(panel, panel.y, frame, film);
    this.y2 = panel.y2 && panel.y2.range;
  }

  static span(panel, axis, frame, film) {
    if (axis.range) return axis.range;
    if (axis.top !== undefined) return [0, frame.values[axis.top]];
    let [low, high] = axis.include;
    for (const layer of panel.layers) {
      if (layer.at === undefined) continue;
      for (const f of layer.kind === "trace" ? film : [frame]) {
        const v = f.values[layer.at];
        if (Number.isFinite(v)) { low = Math.min(low, v); high = Math.max(high, v); }
      }
    }
    low = Math.max(low, axis.cap[0]); high = Math.min(high, axis.cap[1]);
    const pad = 0.05 * (high - low);
    return [low - pad, high + pad];
  }

  px(value) { return this.box[0] + ((value - this.x[0]) / (this.x[1] - this.x[0])) * this.box[2]; }
  py(value, second) {
    const [low, high] = second ? this.y2 : this.y;
    return this.box[1] + this.box[3] * (1 - (value - low) / (high - low));
  }
  map() { return { box: this.box, x: this.x, y: this.y, y2: this.y2 || null }; }
}

// ---- Painter: one frame on one canvas ---------------------------------------------------------------------

const DASHES = { solid: [], dashed: [7, 4], dotted: [2, 3] };
const FONT = "12px system-ui, -apple-system, 'Segoe UI', sans-serif";

class Painter {
  constructor(canvas) { this.canvas = canvas; this.ctx = canvas.getContext("2d"); }

  fit(width, height) {
    const ratio = window.devicePixelRatio || 1;
    const w = Math.round(width * ratio), h = Math.round(height * ratio);
    if (this.canvas.width !== w || this.canvas.height !== h) { this.canvas.width = w; this.canvas.height = h; }
    this.canvas.style.height = height + "px";
    this.ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    Object.assign(this, { width, height, ratio });
  }

  draw(scene, frame, film, ink, paper) {
    const ctx = this.ctx;
    ctx.fillStyle = paper; ctx.fillRect(0, 0, this.width, this.height);
    ctx.font = FONT;
    const maps = {};
    this.titles = scene.panels.map((panel) => this.wrapped(panel));
    this.rows = new Map(); // panels side by side have titles of as many lines
    scene.panels.forEach((panel, i) => this.rows.set(panel.box[1], Math.max(this.titles[i].length, this.rows.get(panel.box[1]) || 1)));
    for (const panel of scene.panels) {
      const axes = new Axes(panel, this.box(panel), frame, film);
      this.frameOf(axes, this.titles[scene.panels.indexOf(panel)], ink);
      ctx.save();
      ctx.beginPath(); ctx.rect(...axes.box); ctx.clip();
      for (const layer of panel.layers) this.layer(axes, layer, frame, film, ink);
      ctx.restore();
      maps[panel.id] = axes.map();
    }
    if (frame.notice) this.notice(frame.notice, this.box(scene.panels[0]), ink, paper);
    return maps;
  }

  box(panel) {
    const [x, y, w, h] = panel.box, left = 52, right = panel.y2 ? 48 : 14, top = 7 + 15 * this.rows.get(y), bottom = 38;
    return [x * this.width + left, y * this.height + top, w * this.width - left - right, h * this.height - top - bottom];
  }

  wrapped(panel) { // a title as lines that fit
    const lines = [""], room = panel.box[2] * this.width - 52;
    this.ctx.font = "600 " + FONT;
    for (const word of panel.title.split(" ")) {
      const longer = (lines[lines.length - 1] + " " + word).trim();
      if (lines[lines.length - 1] && this.ctx.measureText(longer).width > room) lines.push(word); else lines[lines.length - 1] = longer;
    }
    this.ctx.font = FONT;
    return lines;
  }

  frameOf(axes, title, ink) {
    const ctx = this.ctx, [x, y, w, h] = axes.box, panel = axes.panel;
    ctx.strokeStyle = ctx.fillStyle = ink; ctx.lineWidth = 1; ctx.setLineDash([]);
    ctx.globalAlpha = 0.35; ctx.strokeRect(x + 0.5, y + 0.5, w, h); ctx.globalAlpha = 1;
    ctx.textAlign = "center"; ctx.textBaseline = "top";
    for (const v of ticks(...axes.x, w / 70)) { ctx.fillRect(axes.px(v), y + h, 1, 4); ctx.fillText(text(v), axes.px(v), y + h + 6); }
    ctx.fillText(panel.x.label, x + w / 2, y + h + 21);
    ctx.textBaseline = "middle"; ctx.textAlign = "right";
    for (const v of ticks(...axes.y, h / 32)) { ctx.fillRect(x - 4, axes.py(v), 4, 1); ctx.fillText(text(v), x - 6, axes.py(v)); }
    this.sideways(panel.y.label, x - 42, y + h / 2);
    if (axes.y2) {
      ctx.textAlign = "left";
      for (const v of ticks(...axes.y2, h / 32)) { ctx.fillRect(x + w, axes.py(v, true), 4, 1); ctx.fillText(text(v), x + w + 6, axes.py(v, true)); }
      this.sideways(panel.y2.label, x + w + 38, y + h / 2);
    }
    ctx.textAlign = "left"; ctx.textBaseline = "bottom"; ctx.font = "600 " + FONT;
    title.forEach((line, i) => ctx.fillText(line, x, y - 5 - 15 * (title.length - 1 - i)));
    ctx.font = FONT;
  }

  sideways(label, x, y) {
    const ctx = this.ctx;
    ctx.save(); ctx.translate(x, y); ctx.rotate(-Math.PI / 2);
    ctx.textAlign = "center"; ctx.textBaseline = "middle"; ctx.fillText(label, 0, 0); ctx.restore();
  }

  layer(axes, layer, frame, film, ink) {
    const ctx = this.ctx;
    ctx.strokeStyle = ctx.fillStyle = layer.color || ink;
    ctx.lineWidth = layer.width || 2; ctx.setLineDash(DASHES[layer.dash || "solid"]);
    this[layer.kind](axes, layer, frame, film);
    ctx.setLineDash([]); ctx.globalAlpha = 1;
  }

  path(axes, layer, at, values, backwards) {
    const [from, n] = at, [low, high] = layer.x, second = layer.axis === "y2";
    for (let k = 0; k < n; k++) {
      const i = backwards ? n - 1 - k : k, v = values[from + i];
      if (Number.isFinite(v)) this.ctx.lineTo(axes.px(low + ((high - low) * i) / (n - 1)), axes.py(v, second));
    }
  }

  curve(axes, layer, frame) { this.ctx.beginPath(); this.path(axes, layer, layer.values, frame.values); this.ctx.stroke(); }

  area(axes, layer, frame) {
    const ctx = this.ctx;
    ctx.beginPath(); this.path(axes, layer, layer.values, frame.values); ctx.stroke();
    ctx.lineTo(axes.px(layer.x[1]), axes.py(0)); ctx.lineTo(axes.px(layer.x[0]), axes.py(0));
    ctx.globalAlpha = 0.22; ctx.fill();
  }

  band(axes, layer, frame) {
    this.ctx.beginPath();
    this.path(axes, layer, layer.values, frame.values);
    this.path(axes, layer, layer.upper, frame.values, true);
    this.ctx.globalAlpha = 0.25; this.ctx.fill();
  }

  points(axes, layer, frame) {
    const ctx = this.ctx, [from, n] = layer.values, y = axes.py(frame.values[layer.y]);
    for (let i = 0; i < n; i++) {
      const x = axes.px(frame.values[from + i]);
      if (!Number.isFinite(x)) continue;
      ctx.beginPath();
      if (layer.mark === "square") ctx.rect(x - 4, y - 4, 8, 8); else ctx.arc(x, y, 4.5, 0, 2 * Math.PI);
      ctx.globalAlpha = 0.75; ctx.fill();
    }
  }

  line(axes, layer, frame) {
    const y = axes.py(layer.at === undefined ? layer.y : frame.values[layer.at]);
    this.ctx.beginPath(); this.ctx.moveTo(axes.box[0], y); this.ctx.lineTo(axes.box[0] + axes.box[2], y); this.ctx.stroke();
    if (!layer.note) return;
    this.ctx.textAlign = "left"; this.ctx.textBaseline = layer.below ? "top" : "bottom";
    this.ctx.fillText(layer.note, axes.box[0] + 4, y + (layer.below ? 4 : -2));
  }

  trace(axes, layer, frame, film) {
    const ctx = this.ctx;
    ctx.beginPath();
    for (const f of film) { const v = f.values[layer.at]; if (Number.isFinite(v)) ctx.lineTo(axes.px(f.step), axes.py(v)); }
    ctx.stroke();
    const now = frame.values[layer.at];
    if (Number.isFinite(now)) { ctx.beginPath(); ctx.arc(axes.px(frame.step), axes.py(now), 3.5, 0, 2 * Math.PI); ctx.fill(); }
  }

  notice(message, [x, y, w], ink, paper) {
    const ctx = this.ctx;
    ctx.font = "600 13px system-ui, sans-serif"; ctx.textAlign = "center"; ctx.textBaseline = "middle";
    const width = Math.min(w - 10, ctx.measureText(message).width + 24);
    ctx.fillStyle = paper; ctx.strokeStyle = ink; ctx.lineWidth = 1.5;
    ctx.fillRect(x + (w - width) / 2, y + 8, width, 28); ctx.strokeRect(x + (w - width) / 2, y + 8, width, 28);
    ctx.fillStyle = ink; ctx.fillText(message, x + w / 2, y + 22, width - 12);
  }
}

// ---- View: canvas, words and controls in the page -----------------------------------------------------------

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

let views = 0;

class View {
  constructor(model, clock, root) {
    Object.assign(this, { model, clock, root, visible: true, id: "gan-stage-" + ++views });
    root.classList.add("gan-stage");
    this.canvas = make("canvas", { role: "img", "aria-label": model.get("scene").title, "aria-describedby": this.id + "-summary" });
    this.painter = new Painter(this.canvas);
    this.legend = make("ul", { class: "gan-legend", "aria-label": "Legend" });
    this.summary = make("p", { class: "gan-summary", id: this.id + "-summary" });
    this.spoken = make("p", { class: "gan-spoken", role: "status" });
    this.code = make("textarea", { class: "gan-code", rows: 10, readonly: "", "aria-label": "Python code of what is on screen", spellcheck: "false" });
    this.codeBox = make("div", { class: "gan-code-box", hidden: "" }, this.code);
    root.append(this.legend, this.canvas, this.summary, this.spoken, this.transport(), this.sliders(), this.codeBox);
    this.drawLegend();
    this.observe();
    clock.views.add(this);
    this.controls();
    if (clock.shown) this.draw(clock.shown);
  }

  observe() {
    this.sight = new IntersectionObserver((entries) => { this.visible = entries[entries.length - 1].isIntersecting; this.clock.wake(); });
    this.sight.observe(this.canvas);
    const again = () => { if (this.clock.shown) this.draw(this.clock.shown); };
    this.size = new ResizeObserver(again);
    this.size.observe(this.root);
    this.theme = new MutationObserver(again); // JupyterLab names its theme on the body
    this.theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-name", "data-jp-theme-light"] });
  }

  close() { [this.sight, this.size, this.theme].forEach((eye) => eye.disconnect()); this.clock.views.delete(this); }

  drawLegend() {
    const items = this.model.get("scene").panels.flatMap((panel) => panel.layers).filter((layer) => layer.label);
    this.legend.replaceChildren(...items.map((layer) => {
      const kind = { band: "band", area: "area", points: layer.mark === "square" ? "square" : "dot" }[layer.kind] || layer.dash || "solid";
      return make("li", {}, make("span", { class: "gan-swatch gan-" + kind, style: "--c:" + layer.color, "aria-hidden": "true" }), layer.label);
    }));
  }

  transport() {
    const button = (name, label, title, click) => {
      const node = make("button", { type: "button", title, "data-do": name, onclick: click }, label);
      this.buttons[name] = node;
      return node;
    };
    const ask = (message) => () => { this.clock.live = true; this.clock.send(message); };
    this.buttons = {};
    this.speed = make("select", { "data-do": "speed", onchange: () => { this.model.set("speed", Number(this.speed.value)); this.model.save_changes(); } });
    for (const k of this.model.get("speeds")) this.speed.append(make("option", { value: k }, k));
    this.scrubber = make("input", { type: "range", min: 0, max: 0, value: 0, "data-do": "scrub", oninput: () => this.clock.scrub(Number(this.scrubber.value)) });
    this.when = make("output", {});
    return make("div", { class: "gan-transport", role: "group", "aria-label": "Training" },
      button("play", "▶ Play", "Train, or stop training", () => (this.clock.playing ? this.clock.pause() : this.clock.play())),
      button("D", "Step D", "One step of the discriminator alone", ask({ type: "step", who: "D" })),
      button("G", "Step G", "One step of the generator alone", ask({ type: "step", who: "G" })),
      button("both", "Step both", "One step of both", ask({ type: "step", who: "both" })),
      button("slow", "Slow motion", "One stage at a time, with a sentence for each", () => { this.clock.slow = !this.clock.slow; this.clock.lastSlow = 0; if (this.clock.slow && !this.clock.playing) this.clock.play(); this.controls(); }),
      make("label", {}, "steps a frame ", this.speed),
      button("restart", "Restart", "Same settings, same seed, from step 0", ask({ type: "restart" })),
      button("seed", "New seed", "Same settings, other random numbers, from step 0", ask({ type: "seed" })),
      button("code", "Copy as Python", "Code that trains exactly what is on screen", ask({ type: "code" })),
      make("label", { class: "gan-scrub" }, "look back ", this.scrubber, this.when));
  }

  sliders() {
    const box = make("div", { class: "gan-sliders", role: "group", "aria-label": "Settings" });
    this.inputs = {};
    for (const setting of this.model.get("settings")) box.append(this.slider(setting));
    this.note = make("p", { class: "gan-note", role: "status" });
    box.append(this.note);
    return box;
  }

  slider(setting) {
    const input = make("input", { type: "range", min: 0, max: setting.values.length - 1, step: 1, "data-set": setting.name });
    const value = make("output", {});
    const entry = { input, value, setting, busy: false, waiting: false };
    const send = () => {
      entry.busy = true; entry.waiting = false;
      this.clock.live = true;
      this.clock.send({ type: "set", name: setting.name, value: setting.values[Number(input.value)] });
    };
    // one change under way at a time, and then only the newest: dragging wildly leaves no backlog
    input.addEventListener("input", () => { this.label(entry); if (entry.busy) entry.waiting = true; else send(); });
    entry.answered = () => { entry.busy = false; if (entry.waiting) send(); };
    this.inputs[setting.name] = entry;
    input.value = setting.index;
    this.label(entry);
    return make("label", { title: setting.help }, make("span", {}, setting.label), input, value);
  }

  label(entry) {
    const shown = text(entry.setting.values[Number(entry.input.value)]);
    entry.value.textContent = shown;
    entry.input.setAttribute("aria-valuetext", shown);
  }

  showSettings({ name, index, note }) {
    this.note.textContent = note || "";
    for (const [key, at] of Object.entries(index)) {
      const entry = this.inputs[key];
      if (entry && !entry.waiting && (key === name || !entry.busy)) { entry.input.value = at; this.label(entry); }
    }
    if (name && this.inputs[name]) this.inputs[name].answered();
  }

  showCode(code) {
    this.code.value = code; this.codeBox.hidden = false;
    this.code.focus(); this.code.select();
    const said = (words) => { this.note.textContent = words; };
    if (navigator.clipboard) navigator.clipboard.writeText(code).then(() => said("Copied. Paste it into a cell."), () => said("Press Ctrl+C to copy."));
    else said("Press Ctrl+C to copy.");
  }

  controls() {
    const { clock, buttons } = this;
    buttons.play.textContent = clock.playing ? "❚❚ Pause" : "▶ Play";
    buttons.slow.setAttribute("aria-pressed", clock.slow);
    for (const name of ["D", "G", "both"]) buttons[name].disabled = clock.playing;
    this.speed.value = clock.speed();
    const n = clock.film.frames.length;
    this.scrubber.max = Math.max(0, n - 1);
    this.scrubber.disabled = n < 2;
    if (clock.live) this.scrubber.value = n - 1;
    if (clock.shown) { this.when.textContent = "step " + clock.shown.step.toLocaleString("en"); this.scrubber.setAttribute("aria-valuetext", this.when.textContent); }
    this.speak();
  }

  speak() { // a live region that changed sixty times a second would never be heard
    const now = performance.now();
    if (!this.clock.shown || (this.clock.playing && now - (this.lastSpoken || 0) < 4000)) return;
    this.lastSpoken = now;
    if (this.spoken.textContent !== this.clock.shown.summary) this.spoken.textContent = this.clock.shown.summary;
  }

  draw(frame) {
    const width = this.root.clientWidth || 900;
    if (!width) return;
    const scene = this.model.get("scene"), now = performance.now();
    // While it plays, words (a new layout of the page) and colours (a question to it) need not keep up with the picture.
    const soon = this.clock.playing && frame.paid && !frame.phase && now - this.lastWords < 120;
    if (!soon) {
      const style = getComputedStyle(this.root);
      this.ink = style.color; this.paper = style.getPropertyValue("--gan-paper").trim() || "#fff";
    }
    this.painter.fit(width, Math.round(Math.min(560, Math.max(420, width * 0.48))));
    const film = this.clock.film.frames, last = film[film.length - 1];
    const past = last && last.epoch !== undefined && frame !== last && film.includes(frame) ? film : film.concat(last === frame ? [] : [frame]);
    const maps = this.painter.draw(scene, frame, past, this.ink, this.paper);
    Object.assign(this.canvas.dataset, { step: frame.step, epoch: frame.epoch, drawn: this.clock.drawn, window: this.clock.window, axes: JSON.stringify(maps), ratio: this.painter.ratio });
    if (soon) return;
    this.lastWords = now;
    this.summary.textContent = frame.summary;
    this.controls();
  }
}

// ---- what anywidget calls -----------------------------------------------------------------------------------

const clocks = new WeakMap();

function clockOf(model) {
  if (!clocks.has(model)) clocks.set(model, new Clock(model));
  return clocks.get(model);
}

function render({ model, el }) {
  const view = new View(model, clockOf(model), el);
  return () => view.close();
}

export default { render };
