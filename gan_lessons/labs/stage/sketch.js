// Drawing: a person puts points on a picture, by mouse, touch, pen or keys. Needs page.js, paint.js, picture.js and sketch.css.
//
// A place is in data coordinates: [x, y] in the plane, [x] on a line. A spot is [x, y] in CSS pixels on the canvas.

// panel: id of the panel drawn on; of one that is not square (a line's) only x counts. start: places already there; those
// out of the panel are left out. done(points), cancel(): called when it is left, after it has closed itself.
// parts: elements that the caller puts into the page; closing takes them out. points: what is drawn, also once closed.
class Sketch {
  static MOST = 2000; // points, as drawing.py allows
  static GAP = 8; // CSS pixels between two points of a stroke
  static STEP = 1 / 50; // of the range, for an arrow key; with Shift 1 / 10
  static LEAP = 1 / 10;
  static QUIET = 300; // ms without a change before words are spoken
  static COLOR = "#0072B2"; // of real data

  constructor(picture, { panel, done, cancel, start = [] }) {
    Object.assign(this, { picture, panel, done, cancel, canvas: picture.canvas, stroke: null });
    const { x, y, square } = picture.scene.panels.find((one) => one.id === panel);
    this.ranges = square ? [x.range, y.range] : [x.range];
    const fits = (place) => place.length === this.ranges.length && this.ranges.every(([low, high], i) => place[i] >= low && place[i] <= high);
    this.points = start.filter(fits).slice(0, Sketch.MOST);
    this.from = this.points.length;
    this.past = this.points.map((_, i) => i); // what undo goes back to: how many points there were, or those that were cleared
    this.cross = this.ranges.map(([low, high]) => (low + high) / 2);
    this.makeParts();
    this.open();
    this.changed();
  }

  // -- the page

  makeParts() {
    const button = (name, label, title, click) => (this.buttons[name] = make("button", { type: "button", title, "data-sketch": name, onclick: click }, label));
    this.buttons = {};
    const bar = make("div", { class: "gan-transport", role: "group", "aria-label": "Drawing" },
      button("undo", "Undo", "Take back the last stroke", () => this.undo()),
      button("clear", "Clear", "Take away all points; Undo brings them back", () => this.clear()),
      button("done", "Train on it", "Use these points as real data", () => this.train()),
      button("cancel", "Cancel", "Leave; what was drawn is kept", () => this.leave()));
    bar.addEventListener("keydown", (event) => this.press(event, this.shared(event)));
    const arrows = this.ranges.length > 1 ? "the arrow keys" : "the left and right keys";
    const help = `Click, touch or drag to put points. By keys, on the picture: ${arrows} move the cross (with Shift further), Space puts a point, Backspace takes back, Enter trains, Escape leaves.`;
    this.help = make("p", { class: "gan-sketch-help", id: this.picture.summary.id + "-drawing" }, help);
    this.count = make("p", { class: "gan-sketch-count" });
    this.spoken = new Spoken();
    this.parts = [bar, this.count, this.help, this.spoken.node];
  }

  open() {
    const { canvas, picture } = this, what = this.ranges.length > 1 ? "points in the plane" : "points on the line";
    const given = { role: "application", tabindex: 0, "aria-label": "Draw " + what, "aria-describedby": this.help.id };
    given["data-lm-suppress-shortcuts"] = "true"; // JupyterLab must leave us the keys, see `make`
    this.before = { marks: picture.marks, attributes: Object.keys(given).map((name) => [name, canvas.getAttribute(name)]) };
    for (const [name, value] of Object.entries(given)) canvas.setAttribute(name, value);
    canvas.classList.add("gan-sketching");
    picture.marks = (ctx, axes) => this.draw(ctx, axes[this.panel].box);
    this.listening = new AbortController();
    const listen = (type, act) => canvas.addEventListener(type, act, { signal: this.listening.signal });
    listen("pointerdown", (event) => this.begin(event));
    listen("pointermove", (event) => this.go(event));
    for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) listen(type, (event) => this.end(event));
    listen("keydown", (event) => this.press(event, { ...this.keys(event), ...this.shared(event) }));
    canvas.focus();
  }

  close() {
    if (this.closed) return;
    this.closed = true;
    this.listening.abort();
    this.spoken.close();
    this.picture.marks = this.before.marks;
    for (const [name, value] of this.before.attributes) {
      if (value === null) this.canvas.removeAttribute(name); else this.canvas.setAttribute(name, value);
    }
    this.canvas.classList.remove("gan-sketching");
    this.parts.forEach((part) => part.remove());
    this.picture.redraw();
  }

  // -- what a person can do

  full() { return this.points.length >= Sketch.MOST; }
  mark() { if (!this.full()) this.past.push(this.points.length); } // undo comes back to here

  put(place) { // on the finest grid that matters, so that copied code is short; Number("-0") + 0 is 0
    if (this.full()) return;
    this.points.push(place.map((value, i) => {
      const [low, high] = this.ranges[i], digits = Math.min(20, Math.max(0, -Math.floor(Math.log10((high - low) / 5000))));
      return Math.min(high, Math.max(low, Number(value.toFixed(digits)) + 0));
    }));
  }

  putCross() { this.mark(); this.put(this.cross); this.changed(); }

  move(steps) {
    this.cross = this.cross.map((value, i) => {
      const [low, high] = this.ranges[i];
      return Math.min(high, Math.max(low, value + (steps[i] || 0) * (high - low)));
    });
    this.changed(true);
  }

  undo() {
    if (!this.past.length) return;
    const before = this.past.pop();
    this.points = Array.isArray(before) ? before : this.points.slice(0, before);
    this.stroke = null;
    this.changed();
  }

  clear() {
    if (!this.points.length) return;
    this.past.push(this.points);
    this.points = []; this.stroke = null;
    this.changed();
  }

  ready() { return this.points.some((place) => place.some((value, i) => value !== this.points[0][i])); }
  train() { if (this.ready()) { this.close(); this.done(this.points.map((place) => [...place])); } }
  leave() { this.close(); this.cancel(); }

  // -- mouse, touch and pen

  spot(event) {
    const { left, top, width } = this.canvas.getBoundingClientRect(), scale = this.picture.painter.width / width;
    return [(event.clientX - left) * scale, (event.clientY - top) * scale];
  }

  place([sx, sy]) { // null outside of the panel
    const [x, y, w, h] = this.picture.axes[this.panel].box, shares = [(sx - x) / w, 1 - (sy - y) / h];
    if (shares.some((share) => !(share >= 0 && share <= 1))) return null;
    return this.ranges.map(([low, high], i) => low + shares[i] * (high - low));
  }

  drop(spot) {
    const place = this.place(spot);
    if (place) { this.cross = place; this.put(place); }
  }

  begin(event) {
    if (this.stroke || !event.isPrimary || event.button !== 0 || !this.picture.axes) return;
    const spot = this.spot(event);
    if (!this.place(spot)) return;
    event.preventDefault(); // nothing is selected, and the focus stays where we put it
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    this.stroke = { pointer: event.pointerId, last: spot };
    this.mark();
    this.drop(spot);
    this.changed();
  }

  go(event) {
    if (!this.stroke || event.pointerId !== this.stroke.pointer) return;
    const between = event.getCoalescedEvents ? event.getCoalescedEvents() : []; // a pen moves more often than the page draws
    for (const one of between.length ? between : [event]) this.follow(this.spot(one));
    this.changed();
  }

  follow(spot) { // a point each GAP of the way; on a line the way is along x
    const { last } = this.stroke, way = [spot[0] - last[0], spot[1] - last[1]];
    const long = this.ranges.length > 1 ? Math.hypot(...way) : Math.abs(way[0]), n = Math.floor(long / Sketch.GAP);
    for (let k = 1; k <= n; k++) {
      this.stroke.last = way.map((value, i) => last[i] + (value * k * Sketch.GAP) / long);
      this.drop(this.stroke.last);
    }
  }

  end(event) { if (this.stroke && event.pointerId === this.stroke.pointer) this.stroke = null; }

  // -- keys

  shared(event) { // also on the buttons
    if (event.ctrlKey || event.metaKey) return { z: () => this.undo() };
    return { Escape: () => this.leave() };
  }

  keys(event) {
    if (event.ctrlKey || event.metaKey) return {};
    const by = event.shiftKey ? Sketch.LEAP : Sketch.STEP;
    return {
      ArrowLeft: () => this.move([-by]), ArrowRight: () => this.move([by]), ArrowUp: () => this.move([0, by]), ArrowDown: () => this.move([0, -by]),
      " ": () => this.putCross(), Backspace: () => this.undo(), Enter: () => this.train(),
    };
  }

  press(event, actions) {
    if (event.altKey || !actions[event.key]) return;
    event.preventDefault(); event.stopPropagation();
    actions[event.key]();
  }

  // -- what is seen and heard

  changed(moved) {
    const words = this.words();
    this.count.textContent = words;
    this.buttons.undo.disabled = !this.past.length;
    this.buttons.clear.disabled = !this.points.length;
    this.buttons.done.disabled = !this.ready();
    if (this.parts[0].contains(document.activeElement) && document.activeElement.disabled) this.canvas.focus(); // or keys would be lost
    this.spoken.sayAtRest(() => (moved ? `${this.where()}. ${words}` : `${words}. ${this.where()}`), Sketch.QUIET);
    this.want();
  }

  words() {
    const n = this.points.length, before = this.from && n >= this.from ? `, of which ${this.from.toLocaleString("en")} are from before (Clear takes them away)` : "";
    const plain = n === 1 ? "1 point" : `${n ? n.toLocaleString("en") : "No"} points`, count = plain + before;
    if (this.full()) return plain + ": no more fit";
    if (n < 2) return count + "; at least 2 are needed";
    return this.ready() ? count : count + ", all in one place; at least 2 places are needed";
  }

  where() { // what the cross is at
    const round = (value) => text(Math.abs(value) < 1e-9 ? 0 : Number(value.toPrecision(3)));
    return "The cross is at " + this.cross.map((value, i) => "xy"[i] + " " + round(value)).join(", ");
  }

  want() { // of many changes between two display ticks the last is drawn
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; if (!this.closed) this.picture.redraw(); });
  }

  draw(ctx, box) { // what was there before steps back, points lie above the cross
    const { ink, paper } = this.picture.look, [x, y, w, h] = box;
    ctx.save();
    ctx.beginPath(); ctx.rect(...box); ctx.clip();
    ctx.setLineDash([]);
    ctx.globalAlpha = 0.6; ctx.fillStyle = paper; ctx.fillRect(x + 1, y + 1, w - 1, h - 1); // but not over the frame
    ctx.globalAlpha = 1;
    for (const [color, wide] of [[paper, 3], [ink, 1]]) this.drawCross(ctx, box, color, wide);
    for (const [color, rim] of [[paper, 1], [Sketch.COLOR, 0]]) this.drawPoints(ctx, box, color, rim);
    ctx.restore();
  }

  spotOf(place, [x, y, w, h]) {
    const [across, up] = place.map((value, i) => (value - this.ranges[i][0]) / (this.ranges[i][1] - this.ranges[i][0]));
    return [x + w * across, y + h * (1 - up)]; // on a line the second is not a number
  }

  drawPoints(ctx, box, color, rim) { // squares, as real data are; on a line strokes that stand on the bottom edge
    ctx.fillStyle = color;
    for (const place of this.points) {
      const [x, y] = this.spotOf(place, box);
      if (place.length === 1) ctx.fillRect(x - 1 - rim, box[1] + box[3] - 14 - rim, 2 + 2 * rim, 14 + rim);
      else ctx.fillRect(x - 3 - rim, y - 3 - rim, 6 + 2 * rim, 6 + 2 * rim);
    }
  }

  drawCross(ctx, box, color, wide) {
    const [left, top, w, h] = box, [x, y] = this.spotOf(this.cross, box);
    ctx.strokeStyle = color; ctx.lineWidth = wide;
    ctx.beginPath(); ctx.moveTo(x, top); ctx.lineTo(x, top + h);
    if (this.cross.length > 1) { ctx.moveTo(left, y); ctx.lineTo(left + w, y); }
    ctx.stroke();
  }
}
