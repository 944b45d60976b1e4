// A pad to draw a digit on, by mouse, touch or pen. Needs page.js and tiles.js.
//
// A stroke is a row of points [x, y], shares of the pad's side, y downwards.

class Pad {
  static MOST = 3000; // points; strokes.py allows a few more
  static GAP = 0.006; // of the side, between two points of a stroke
  static PEN = 0.085; // of the side

  // changed(strokes): a person draws; while the pen moves, too.
  constructor(changed) {
    Object.assign(this, { changed, strokes: [], stroke: null, image: null, look: null });
    this.store = new Tiles(1, {}, { gap: 0 });
    this.canvas = make("canvas", { class: "gan-pad", role: "img" });
    const listen = (type, act) => this.canvas.addEventListener(type, act);
    listen("pointerdown", (event) => this.begin(event));
    listen("pointermove", (event) => this.go(event));
    for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) listen(type, (event) => this.end(event));
    this.say("");
  }

  say(words) { this.canvas.setAttribute("aria-label", `A pad to draw a digit on by mouse, touch or pen.${words && ` On it: ${words}.`}`); }
  get points() { return this.strokes.reduce((all, stroke) => all + stroke.length, 0); }

  begin(event) {
    if (this.stroke || event.button || this.points >= Pad.MOST) return; // a second finger does not draw
    this.pointer = event.pointerId;
    event.preventDefault(); // no text is selected
    this.canvas.setPointerCapture(event.pointerId);
    if (this.image) { this.image = null; this.strokes = []; } // drawing takes the place of a digit that was shown
    this.strokes.push((this.stroke = []));
    this.put(event);
    this.tell();
  }

  go(event) {
    if (!this.stroke || event.pointerId !== this.pointer) return;
    const all = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    if ((all.length ? all : [event]).map((one) => this.put(one)).some(Boolean)) this.tell();
  }

  end(event) { if (event.pointerId === this.pointer) this.stroke = null; }

  put(event) {
    const box = this.canvas.getBoundingClientRect(), last = this.stroke[this.stroke.length - 1];
    const share = (value) => Math.round(Math.min(1, Math.max(0, value)) * 1e4) / 1e4;
    const point = [share((event.clientX - box.left) / box.width), share((event.clientY - box.top) / box.height)];
    if (this.points >= Pad.MOST || (last && Math.hypot(point[0] - last[0], point[1] - last[1]) < Pad.GAP)) return false;
    this.stroke.push(point);
    return true;
  }

  tell() { this.draw(); this.changed(this.strokes); }
  clear() { this.strokes = []; this.stroke = this.image = null; this.tell(); }

  show(bytes) { // a digit that was not drawn here, or null where it was
    this.image = bytes;
    if (bytes) { this.strokes = []; this.stroke = null; }
    this.draw();
  }

  draw(look = this.look) {
    const { canvas } = this, side = canvas.clientWidth, ratio = window.devicePixelRatio || 1;
    this.look = look;
    if (!look || !side) return;
    canvas.width = canvas.height = Math.round(side * ratio);
    const ctx = canvas.getContext("2d");
    ctx.scale(ratio, ratio);
    ctx.fillStyle = look.paper; ctx.fillRect(0, 0, side, side);
    if (this.image) {
      this.store.set(this.image); this.store.fill(look.lookup);
      ctx.drawImage(this.store.store, 0, 0, side, side);
    }
    Object.assign(ctx, { strokeStyle: look.ink, lineWidth: Pad.PEN * side, lineCap: "round", lineJoin: "round" });
    for (const stroke of this.strokes) {
      ctx.beginPath();
      stroke.forEach(([x, y]) => ctx.lineTo(x * side, y * side));
      ctx.lineTo(stroke[0][0] * side + (stroke.length > 1 ? NaN : 0.01), stroke[0][1] * side);
      ctx.stroke();
    }
  }
}
