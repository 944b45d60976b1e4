// Painting: one frame of a scene on a canvas. It knows of no kernel and of no widget.
//
// scene: {title, panels: [{id, title, box, x, y, y2, layers}]}. frame: {step, values, notice}, where values has typed
// arrays, of which layers speak by name; NaN is not drawn. film: the frames up to this one, for traces of time.
// look: {ink, paper, off}: two colours, and the set of labels of layers that are switched off. A layer with `when`,
// [name, value], is in a frame only where the number of that name is that value.
// On a canvas narrower than scene.tall.below each panel takes its box `tall` in place of `box`, both as shares.

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

const grouped = (n) => n.toLocaleString("en");
const NONE = new Float32Array(0);
const numbers = (frame, name) => frame.values[name] || NONE; // a frame of another picture may lack it, then nothing is drawn
const one = (frame, name) => numbers(frame, name)[0];
const inFrame = (layer, frame) => !layer.when || one(frame, layer.when[0]) === layer.when[1];

class Axes {
  // box: [x, y, w, h] in CSS pixels, the part that data fill. right: {label, range} of the axis on the right, if any
  constructor(panel, box, frame, film, right) {
    Object.assign(this, { panel, box, right });
    this.x = panel.x.range || [0, Axes.steps(film)];
    this.y = Axes.span(panel, panel.y, frame, film);
    this.y2 = right && right.range;
  }

  static steps(film) { // a round number a little further on, so that the axis moves only now and then
    const last = Math.max(10, film.length ? film[film.length - 1].step : 0), power = Math.pow(10, Math.floor(Math.log10(last)));
    return power * [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((m) => m * power >= last);
  }

  static span(panel, axis, frame, film) {
    if (axis.range) return axis.range;
    if (axis.top !== undefined) return [0, one(frame, axis.top)];
    let [low, high] = axis.include;
    for (const layer of panel.layers) {
      if (layer.at === undefined) continue;
      for (const f of layer.kind === "trace" ? film : [frame]) {
        const v = one(f, layer.at);
        if (Number.isFinite(v)) { low = Math.min(low, v); high = Math.max(high, v); }
      }
    }
    low = Math.max(low, axis.cap[0]); high = Math.min(high, axis.cap[1]);
    const pad = 0.05 * (high - low) || 0.5; // all at one height
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
const STRENGTH = 0.55; // how much of its colour a heat map takes at 0 and at 1; at one half it has none
const BAR = 24; // room for a colour bar, in CSS pixels
const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
const LINE = 16; // pixels of a line of words
const FONT = "13px system-ui, -apple-system, 'Segoe UI', sans-serif";
const ARROW_ROOM = 14; // CSS pixels each way in which only one arrow stands: more of them in a clump are a blot
const noted = (layer) => layer.note !== undefined && layer.note !== "";

class Painter {
  constructor(canvas) { this.canvas = canvas; this.ctx = canvas.getContext("2d"); }

  // tall: panels one below the other, as the scene has it for a narrow page. scale: pixels of the page for one drawn
  fit(width, height, tall, scale = 1) {
    const ratio = scale * (window.devicePixelRatio || 1);
    const w = Math.round(width * ratio), h = Math.round(height * ratio);
    if (this.canvas.width !== w || this.canvas.height !== h) { this.canvas.width = w; this.canvas.height = h; }
    this.canvas.style.height = scale * height + "px";
    this.ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    Object.assign(this, { width, height, ratio, tall });
  }

  draw(scene, frame, film, { ink, paper, off }) {
    const ctx = this.ctx, maps = {};
    const shown = scene.panels.map((panel) => panel.layers.filter((layer) => !off.has(layer.label) && inFrame(layer, frame)));
    this.paper = paper;
    this.layOut(scene);
    const axes = scene.panels.map((panel, i) => new Axes(panel, this.box(panel), frame, film, Painter.right(panel, shown[i])));
    this.furnish(scene, axes, shown, ink, paper);
    axes.forEach((one, i) => {
      ctx.save();
      ctx.beginPath(); ctx.rect(...one.box); ctx.clip();
      for (const layer of shown[i]) this.layer(one, layer, frame, film, ink);
      ctx.restore();
      for (const layer of shown[i]) if (noted(layer)) this.note(one, layer, frame, ink);
      maps[one.panel.id] = one.map();
    });
    if (frame.notice) this.notice(frame.notice, axes[0].box, ink, paper);
    return maps;
  }

  // The axis on the right: a heat map's, beside its colour bar, or the panel's own.
  static right(panel, shown) {
    if (!panel.bar) return panel.y2;
    const heat = shown.find((layer) => layer.bar);
    return heat && { ...heat.bar, heat };
  }

  layOut(scene) { // titles as lines that fit; panels side by side have titles of as many lines
    const key = this.width + " " + this.tall + scene.panels.map((panel) => panel.title).join("\n");
    if (key === this.laidOut && scene === this.scene) return;
    Object.assign(this, { scene, laidOut: key, rows: new Map(), titles: scene.panels.map((panel) => this.wrapped(panel)) });
    scene.panels.forEach((panel, i) => this.rows.set(this.share(panel)[1], Math.max(this.titles[i].length, this.rows.get(this.share(panel)[1]) || 1)));
  }

  // What moves only now and then (frames, ticks, words) is drawn once, and copied into each frame.
  furnish(scene, axes, shown, ink, paper) {
    const { canvas, ctx, ratio } = this, sides = axes.map((one) => [one.x, one.y, one.right]);
    const key = JSON.stringify([this.laidOut, canvas.width, canvas.height, ink, paper, sides]);
    if (key !== this.furnished) {
      this.furnished = key;
      this.kept = this.kept || document.createElement("canvas");
      Object.assign(this.kept, { width: canvas.width, height: canvas.height });
      this.ctx = this.kept.getContext("2d");
      this.ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      this.ctx.fillStyle = paper; this.ctx.fillRect(0, 0, this.width, this.height);
      this.ctx.font = FONT;
      axes.forEach((one, i) => this.frameOf(one, this.titles[i], ink));
      this.ctx = ctx;
    }
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(this.kept, 0, 0);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.font = FONT;
  }

  share(panel) { return this.tall ? panel.tall : panel.box; }

  box(panel) {
    const [x, y, w, h] = this.share(panel), left = panel.bare ? 14 : 58, top = 7 + LINE * this.rows.get(y), bottom = panel.bare ? 14 : 42;
    const right = (panel.y2 ? 52 : panel.layers.some(noted) ? 46 : 14) + (panel.bar ? BAR : 0);
    let width = w * this.width - left - right, height = h * this.height - top - bottom;
    if (panel.square) width = height = this.whole(Math.min(width, height), panel.cells);
    return [x * this.width + left, y * this.height + top, width, height];
  }

  whole(length, cells) { // a length for so many cells: all of as many pixels, unless that would waste too much of it
    const each = cells ? Math.floor((length * this.ratio) / cells) : 0, snapped = (each * cells) / this.ratio;
    return each && snapped > 0.9 * length ? snapped : length;
  }

  wrapped(panel) { // a title as lines that fit
    const lines = [""], room = this.share(panel)[2] * this.width - 60;
    this.ctx.font = "600 " + FONT;
    for (const word of panel.title.split(" ")) {
      const longer = (lines[lines.length - 1] + " " + word).trim();
      if (lines[lines.length - 1] && this.ctx.measureText(longer).width > room) lines.push(word); else lines[lines.length - 1] = longer;
    }
    this.ctx.font = FONT;
    return lines;
  }

  frameOf(axes, title, ink) {
    const ctx = this.ctx, [x, y, w, h] = axes.box, { panel } = axes;
    ctx.strokeStyle = ctx.fillStyle = ink; ctx.lineWidth = 1; ctx.setLineDash([]);
    ctx.globalAlpha = 0.35; ctx.strokeRect(x + 0.5, y + 0.5, w, h); ctx.globalAlpha = 1;
    if (!panel.bare) this.scales(axes);
    ctx.textAlign = "left"; ctx.textBaseline = "bottom"; ctx.font = "600 " + FONT;
    title.forEach((line, i) => ctx.fillText(line, x, y - 5 - LINE * (title.length - 1 - i)));
    ctx.font = FONT;
  }

  scales(axes) { // ticks, numbers and what they are of
    const ctx = this.ctx, [x, y, w, h] = axes.box, { panel, right: side } = axes, ink = ctx.fillStyle;
    ctx.textAlign = "center"; ctx.textBaseline = "top";
    for (const v of ticks(...axes.x, w / 70)) {
      ctx.fillRect(axes.px(v), y + h, 1, 4);
      ctx.fillText(text(v), Math.min(axes.px(v), this.width - 2 - ctx.measureText(text(v)).width / 2), y + h + 6); // all of it
    }
    ctx.fillText(panel.x.label, x + w / 2, y + h + 23);
    ctx.textBaseline = "middle"; ctx.textAlign = "right";
    for (const v of ticks(...axes.y, h / 32)) { ctx.fillRect(x - 4, axes.py(v), 4, 1); ctx.fillText(text(v), x - 6, axes.py(v)); }
    this.sideways(panel.y.label, x - 50, y + h / 2, h + 44);
    if (side) {
      const right = x + w + (panel.bar ? BAR : 0);
      if (side.heat) this.bar(side.heat, right, y, h, ink);
      ctx.textAlign = "left"; ctx.fillStyle = ink;
      for (const v of ticks(...axes.y2, h / 32)) { ctx.fillRect(right, axes.py(v, true), 4, 1); ctx.fillText(text(v), right + 6, axes.py(v, true)); }
      this.sideways(side.label, right + 42, y + h / 2, h + 44);
    }
  }

  bar({ low, color }, right, y, h, ink) { // what the colours of a heat map say
    const ctx = this.ctx, fill = ctx.createLinearGradient(0, y + h, 0, y), [a, b] = [low, color].map(rgb);
    const stops = [[0, a, STRENGTH], [0.5, a, 0], [0.5, b, 0], [1, b, STRENGTH]];
    for (const [at, color, alpha] of stops) fill.addColorStop(at, `rgba(${color.join()},${alpha})`);
    ctx.fillStyle = fill; ctx.fillRect(right - 12, y, 12, h);
    ctx.globalAlpha = 0.35; ctx.strokeStyle = ink; ctx.strokeRect(right - 12 + 0.5, y + 0.5, 12, h); ctx.globalAlpha = 1;
  }

  sideways(label, x, y, room) { // narrower letters where there is no room
    const ctx = this.ctx;
    ctx.save(); ctx.translate(x, y); ctx.rotate(-Math.PI / 2);
    ctx.textAlign = "center"; ctx.textBaseline = "middle"; ctx.fillText(label, 0, 0, room); ctx.restore();
  }

  layer(axes, layer, frame, film, ink) {
    const ctx = this.ctx;
    ctx.strokeStyle = ctx.fillStyle = layer.color || ink;
    ctx.lineWidth = layer.width || 2; ctx.setLineDash(DASHES[layer.dash || "solid"]);
    this[layer.kind](axes, layer, frame, film);
    ctx.setLineDash([]); ctx.globalAlpha = 1;
  }

  path(axes, layer, values, backwards) {
    const n = values.length, [low, high] = layer.x, second = layer.axis === "y2";
    for (let k = 0; k < n; k++) {
      const i = backwards ? n - 1 - k : k, v = values[i];
      if (Number.isFinite(v)) this.ctx.lineTo(axes.px(low + ((high - low) * i) / (n - 1)), axes.py(v, second));
    }
  }

  curve(axes, layer, frame) {
    this.ctx.beginPath(); this.path(axes, layer, numbers(frame, layer.values)); this.ctx.stroke();
    if (layer.axis !== "y2") this.cut(axes, layer, numbers(frame, layer.values));
  }

  cut(axes, layer, values) { // a peak above the picture is told in words
    let at = -1;
    for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i]) && !(values[i] <= values[at])) at = i;
    if (at < 0 || values[at] <= axes.y[1]) return;
    const x = axes.px(layer.x[0] + ((layer.x[1] - layer.x[0]) * at) / (values.length - 1)), right = x > axes.box[0] + axes.box[2] / 2;
    this.ctx.textAlign = right ? "right" : "left"; this.ctx.textBaseline = "top";
    this.haloed(`peak ${text(Number(values[at].toPrecision(2)))} is cut off`, x + (right ? -6 : 6), axes.box[1] + 4);
  }

  haloed(words, x, y) { // curves may lie below
    const ctx = this.ctx;
    ctx.setLineDash([]); ctx.strokeStyle = this.paper; ctx.lineWidth = 4; ctx.lineJoin = "round";
    ctx.strokeText(words, x, y); ctx.fillText(words, x, y);
  }

  area(axes, layer, frame) {
    const ctx = this.ctx;
    ctx.beginPath(); this.path(axes, layer, numbers(frame, layer.values)); ctx.stroke();
    ctx.lineTo(axes.px(layer.x[1]), axes.py(0)); ctx.lineTo(axes.px(layer.x[0]), axes.py(0));
    ctx.globalAlpha = 0.22; ctx.fill();
  }

  band(axes, layer, frame) {
    this.ctx.beginPath();
    this.path(axes, layer, numbers(frame, layer.values));
    this.path(axes, layer, numbers(frame, layer.upper), true);
    this.ctx.globalAlpha = 0.25; this.ctx.fill();
  }

  points(axes, layer, frame) {
    const ctx = this.ctx, y = axes.py(one(frame, layer.height));
    for (const value of numbers(frame, layer.values)) {
      const x = axes.px(value);
      if (!Number.isFinite(x)) continue;
      ctx.beginPath();
      if (layer.mark === "square") ctx.rect(x - 4, y - 4, 8, 8); else ctx.arc(x, y, 4.5, 0, 2 * Math.PI);
      ctx.globalAlpha = 0.75; ctx.fill();
    }
  }

  // Pictures in rows and columns, a line of paper around each. inks: "ink", a byte a pixel from 0 (paper) to 255 (ink),
  // in the page's own colours; "grey", the same in black on white; "colour", all bytes of red, then of green and of blue.
  sheet(axes, layer, frame) {
    const { rows, columns, side, inks = "ink" } = layer, bytes = numbers(frame, layer.values), width = columns * (side + 1) + 1, height = rows * (side + 1) + 1;
    if (!this.pictures || this.pictures.width !== width || this.pictures.height !== height) {
      this.pictures = Object.assign(document.createElement("canvas"), { width, height });
      this.inks = new ImageData(width, height);
    }
    const area = side * side, data = this.inks.data, planes = inks === "colour" ? [0, area, 2 * area] : [0, 0, 0];
    for (let i = 0, at = 0; i < rows * columns; i++, at += planes[2]) {
      const left = (i % columns) * (side + 1) + 1, top = Math.floor(i / columns) * (side + 1) + 1;
      for (let y = top; y < top + side; y++) for (let x = left; x < left + side; x++, at++) {
        const to = 4 * (y * width + x);
        data[to + 3] = inks === "ink" ? bytes[at] : 255;
        if (inks !== "ink") planes.forEach((plane, c) => { data[to + c] = inks === "grey" ? 255 - bytes[at] : bytes[at + plane]; });
      }
    }
    const cells = this.pictures.getContext("2d");
    cells.putImageData(this.inks, 0, 0);
    if (inks === "ink") {
      cells.globalCompositeOperation = "source-in"; cells.fillStyle = this.ctx.fillStyle;
      cells.fillRect(0, 0, width, height);
    }
    this.ctx.imageSmoothingEnabled = false;
    this.ctx.drawImage(this.pictures, ...axes.box);
    this.ctx.imageSmoothingEnabled = true;
  }

  // -- layers of the plane: values in pairs x, y, x, y, ...

  heat(axes, layer, frame) { // n x n numbers from 0 to 1, row by row from the lowest y, each at the middle of its cell
    const { n } = layer, values = numbers(frame, layer.values);
    if (!this.cells || this.cells.width !== n) {
      this.cells = Object.assign(document.createElement("canvas"), { width: n, height: n });
      this.colors = new ImageData(n, n);
    }
    const ends = [layer.low, layer.color].map(rgb), data = this.colors.data;
    for (let i = 0, row = n - 1; row >= 0; row--) {
      for (let at = 4 * n * row; at < 4 * n * (row + 1); at += 4, i++) {
        const p = values[i], end = ends[p > 0.5 ? 1 : 0], alpha = 255 * STRENGTH * Math.abs(2 * p - 1);
        data[at] = end[0]; data[at + 1] = end[1]; data[at + 2] = end[2];
        data[at + 3] = Number.isFinite(p) ? Math.round(alpha) : 0;
      }
    }
    const cells = this.cells.getContext("2d");
    cells.putImageData(this.colors, 0, 0);
    this.ctx.drawImage(this.cells, ...axes.box);
  }

  grid(axes, layer, frame) { // rows x columns points, joined along rows and along columns
    const ctx = this.ctx, values = numbers(frame, layer.values), [rows, columns] = layer.shape;
    const line = (start, step, n) => {
      let pen = "moveTo";
      for (let i = 0; i < n; i++) {
        const at = 2 * (start + step * i), x = axes.px(values[at]), y = axes.py(values[at + 1]);
        if (Number.isFinite(x) && Number.isFinite(y)) { ctx[pen](x, y); pen = "lineTo"; }
      }
    };
    ctx.beginPath();
    for (let row = 0; row < rows; row++) line(row * columns, 1, columns);
    if (rows > 1) for (let column = 0; column < columns; column++) line(column, columns, rows);
    ctx.globalAlpha = 0.75; ctx.stroke();
  }

  // First all rims in the paper's colour, so that points stand out from a heat map, then all points. Rectangles are quicker
  // than paths: only the dots themselves are round, their rims are a broad cross.
  cloud(axes, layer, frame) {
    const ctx = this.ctx, r = layer.size, rim = r + 0.75, square = layer.mark === "square", narrow = square ? rim : 0.65 * rim;
    const rect = (x, y, w, h) => ctx.fillRect(x - w, y - h, 2 * w, 2 * h);
    ctx.fillStyle = this.paper;
    this.each(axes, layer, frame, (x, y) => { rect(x, y, rim, narrow); if (!square) rect(x, y, narrow, rim); });
    ctx.fillStyle = layer.color;
    ctx.beginPath();
    this.each(axes, layer, frame, (x, y) => { if (square) rect(x, y, r, r); else { ctx.moveTo(x + r, y); ctx.arc(x, y, r, 0, 2 * Math.PI); } });
    ctx.fill();
  }

  each(axes, layer, frame, act) { // the points of a cloud that are in sight
    const [left, top, w, h] = axes.box, values = numbers(frame, layer.values);
    for (let at = 0; at < values.length; at += 2) {
      const x = axes.px(values[at]), y = axes.py(values[at + 1]);
      if (Math.abs(x - left - w / 2) < w && Math.abs(y - top - h / 2) < h) act(x, y); // false for what is not a number
    }
  }

  arrows(axes, layer, frame) { // from points, by offsets
    const ctx = this.ctx, from = numbers(frame, layer.start), by = numbers(frame, layer.values), taken = new Set();
    const placeOf = (x, y) => Math.floor((x - axes.box[0]) / ARROW_ROOM) + 1e4 * Math.floor((axes.box[1] + axes.box[3] - y) / ARROW_ROOM);
    ctx.beginPath();
    for (let i = 0; i < by.length; i += 2) {
      const x = axes.px(from[i]), y = axes.py(from[i + 1]);
      const tipX = axes.px(from[i] + by[i]), tipY = axes.py(from[i + 1] + by[i + 1]);
      const long = Math.hypot(tipX - x, tipY - y);
      if (!(long > 0.5) || taken.has(placeOf(x, y))) continue; // too short to see, not a number, or one more in a clump
      taken.add(placeOf(x, y));
      const angle = Math.atan2(tipY - y, tipX - x), head = Math.min(6, long / 2);
      ctx.moveTo(x, y); ctx.lineTo(tipX, tipY);
      for (const turn of [2.6, -2.6]) { ctx.moveTo(tipX, tipY); ctx.lineTo(tipX + head * Math.cos(angle + turn), tipY + head * Math.sin(angle + turn)); }
    }
    ctx.stroke();
  }

  line(axes, layer, frame) {
    const y = axes.py(layer.at === undefined ? layer.y : one(frame, layer.at));
    this.ctx.beginPath(); this.ctx.moveTo(axes.box[0], y); this.ctx.lineTo(axes.box[0] + axes.box[2], y); this.ctx.stroke();
  }

  // The word for a line stands beside it, where no curve goes.
  note(axes, layer, frame, ink) {
    const ctx = this.ctx, [x, y, w, h] = axes.box, at = axes.py(layer.at === undefined ? layer.y : one(frame, layer.at));
    if (!(at >= y && at <= y + h)) return;
    ctx.fillStyle = layer.color || ink;
    ctx.textAlign = "left"; ctx.textBaseline = layer.below === undefined ? "middle" : layer.below ? "top" : "bottom";
    this.haloed(layer.note, x + w + 6, at + (layer.below ? 2 : 0));
  }

  trace(axes, layer, frame, film) { // of moments that are hardly apart on the screen the first
    const ctx = this.ctx, second = layer.axis === "y2";
    let lastX = -Infinity, lastY = 0;
    ctx.beginPath();
    for (const f of film) {
      const v = one(f, layer.at), x = axes.px(f.step), y = axes.py(v, second);
      if (!Number.isFinite(v) || (x - lastX < 1.5 && Math.abs(y - lastY) < 1.5)) continue;
      ctx.lineTo(x, y); lastX = x; lastY = y;
    }
    ctx.stroke();
    const now = one(frame, layer.at);
    if (Number.isFinite(now)) { ctx.beginPath(); ctx.arc(axes.px(frame.step), axes.py(now, second), 3.5, 0, 2 * Math.PI); ctx.fill(); }
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
