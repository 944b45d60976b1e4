// The scrubber: moves through a finished sweep. Needs reel.js and what that needs.
//
// spec: what scenes/sweep.py gives: {label, values, steps, seeds, shares, note, scene, reel}. bytes: the reel's, with axes
// for position "p", moment "t" and seed "s". The page draws once a display tick.

const THUMB = 8; // half a slider's thumb: where its first position is
const ASIDE = 8; // how far the strip reaches to the left of the slider's track, as scrubber.css has it
const STATES = ["This run is neither good nor collapsed.", "This run is good.", "This run has collapsed.", "This run diverged."];
const COUNTS = { good: ["shares", "#009E73"], collapsed: ["collapsed", "#AA3377"] }; // by word: where its shares are, and its colour
const percent = (share) => Math.round(100 * share) + "\u00a0%"; // the space does not break
const named = (value) => (typeof value === "number" ? text(value) : value);

// ---- Strip: the share of good or collapsed seeds at each position, under the slider's track ------------------

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

  draw({ p, t }, track, width, { ink, paper }, word) { // track: the slider's width, width: the canvas's, both in CSS pixels
    const { painter, spec } = this, { ctx } = painter, [of, color] = COUNTS[word], shares = spec[of][t], top = 10, bottom = 74;
    const y = (share) => bottom - share * (bottom - top), gap = (track - 2 * THUMB) / Math.max(1, shares.length - 1);
    const half = Math.max(2, Math.min(11, 0.32 * gap));
    this.track = track;
    const rows = this.rows(width), height = 98 + LINE * Math.max(...rows);
    painter.fit(width, height);
    ctx.fillStyle = paper; ctx.fillRect(0, 0, width, height);
    ctx.font = FONT; ctx.fillStyle = ctx.strokeStyle = ink; ctx.lineWidth = 1; ctx.textAlign = "left"; ctx.textBaseline = "middle";
    for (const share of [0, 0.5, 1]) {
      ctx.globalAlpha = 0.25; ctx.fillRect(ASIDE, Math.round(y(share)), track, 1); ctx.globalAlpha = 1;
      ctx.fillText(percent(share), ASIDE + track + 12, y(share));
    }
    const bars = shares.map(([count, total, low, high], i) => {
      const x = this.x(i), share = count / total;
      ctx.fillStyle = color; ctx.globalAlpha = i === p ? 1 : 0.45;
      ctx.fillRect(x - half, y(share), 2 * half, y(0) - y(share));
      ctx.globalAlpha = 1; ctx.fillStyle = ink;
      ctx.fillRect(x - 0.75, y(high), 1.5, y(low) - y(high));
      for (const end of [low, high]) ctx.fillRect(x - 4, y(end) - 0.75, 8, 1.5);
      return [x - half, y(share), x + half, y(0)];
    });
    this.here(this.x(p), half, y, ink);
    this.labels(p, width, bottom + 13, rows);
    Object.assign(this.canvas.dataset, { position: p, bars: JSON.stringify(bars) });
    this.canvas.setAttribute("aria-label", `Share of ${word} seeds at step ${grouped(spec.steps[t])}. ` + shares.map(([count, total], i) => `${named(spec.values[i])}: ${count} of ${total}`).join("; "));
  }

  here(x, half, y, ink) { // a frame around the bar of the position shown, and a mark on top of it
    const { ctx } = this.painter;
    ctx.strokeStyle = ctx.fillStyle = ink; ctx.lineWidth = 1.5;
    ctx.strokeRect(x - half - 3, y(1) - 2, 2 * half + 6, y(0) - y(1) + 4);
    ctx.beginPath(); ctx.moveTo(x - 5, 0); ctx.lineTo(x + 5, 0); ctx.lineTo(x, 7); ctx.fill();
  }

  span(i, width) { // where a label begins and ends; the painter has its font
    const wide = Math.min(width, this.painter.ctx.measureText(named(this.spec.values[i])).width);
    const left = Math.max(0, Math.min(width - wide, this.x(i) - wide / 2));
    return [left, left + wide];
  }

  rows(width) { // the row of each label: all words are told, in as many rows as that takes; numbers in one
    const { values } = this.spec, ends = [];
    this.painter.ctx.font = "600 " + FONT;
    return values.map((value, i) => {
      if (typeof value === "number") return 0;
      const [left, right] = this.span(i, width), free = ends.findIndex((end) => left >= end + 8), row = free < 0 ? ends.length : free;
      ends[row] = right;
      return row;
    });
  }

  labels(p, width, y, rows) { // the value shown, and of the others those that have room
    const { ctx } = this.painter, taken = [], told = [];
    ctx.textBaseline = "top"; ctx.textAlign = "left";
    for (const i of [p, ...this.spec.values.keys()]) {
      ctx.font = (i === p ? "600 " : "") + FONT;
      const [left, right] = this.span(i, width);
      if (taken.some(([a, b, row]) => row === rows[i] && left < b + 8 && right > a - 8)) continue;
      taken.push([left, right, rows[i]]);
      told.push(i);
      ctx.fillText(named(this.spec.values[i]), left, y - 6 + LINE * rows[i], width);
    }
    this.canvas.dataset.told = JSON.stringify(told);
  }
}

// ---- Scrubber: picture, sliders and strip in the page ---------------------------------------------------------

class Scrubber extends ReelView {
  constructor(root, spec, bytes) {
    root.classList.add("gan-scrubber");
    super(root, spec, bytes);
    Object.assign(this, { spec, place: { p: 0, t: spec.steps.length - 1, s: 0 } });
    this.strip = new Strip(spec, (p) => this.move("p", p));
    this.fill(spec);
    this.tick();
  }

  controls() { return (this.rows = make("div", { class: "gan-rows", role: "group", "aria-label": "Where in the sweep" })); }

  fill({ label, values, steps, seeds }) {
    const row = (axis, words, say) => make("label", { class: "gan-row" }, make("span", {}, words), ...this.slider(axis, { "data-scrub": axis }, say));
    this.rows.append(
      row("p", label, (p) => named(values[p])),
      make("div", { class: "gan-row" }, this.counts(), this.strip.canvas),
      row("t", "training time", (t) => "step " + grouped(steps[t])),
      row("s", "seed shown", (s) => "seed " + seeds[s]));
  }

  counts() { // what is counted below the slider, as a reader chooses
    this.word = make("select", { "data-do": "count", "aria-label": "Which seeds are counted", onchange: () => this.want() },
      ...Object.keys(COUNTS).filter((word) => this.spec[COUNTS[word][0]]).map((word) => make("option", { value: word }, word)));
    return make("span", {}, this.word, " seeds, with 95 % interval");
  }

  again() { this.want(); }

  close() {
    super.close();
    clearTimeout(this.later);
  }

  move(axis, i) {
    this.place[axis] = i;
    this.want();
    this.spoken.sayAtRest(() => this.words());
  }

  want() { if (!this.waiting) { this.waiting = true; requestAnimationFrame(() => this.tick()); } }

  tick() {
    const quick = this.hasty(), { place, picture, spec } = this, { p, t, s } = place;
    this.waiting = false;
    clearTimeout(this.later);
    if (quick) this.later = setTimeout(() => this.want(), WORDS_MS + 10);
    this.scene.panels[0].title = this.title();
    const values = this.reel.values(place), notice = values.state[0] === 3 ? "This run diverged: its numbers are not finite any more." : "";
    this.paint({ step: spec.steps[t], values, summary: this.words(), notice }, [], quick, { position: p, moment: t, seed: s });
    this.tell();
    const track = this.sliders.p.input.offsetWidth, width = this.strip.canvas.parentElement.clientWidth ? this.strip.canvas.offsetWidth : 0;
    if (track && width) this.strip.draw(place, track, width, picture.look, this.word.value);
  }

  title() {
    const { spec, place: { p, t, s } } = this;
    return `${spec.label}: ${named(spec.values[p])}, step ${grouped(spec.steps[t])}, seed ${spec.seeds[s]}`;
  }

  words() {
    const { reel, spec, place } = this, word = this.word.value, [count, total, low, high] = spec[COUNTS[word][0]][place.t][place.p], block = (name) => reel.block(name, place);
    let words = this.title() + ". ";
    if (reel.spec.moments) {
      const [mean, sd] = block("moments"), [realMean, realSd] = block("real moments");
      if (Number.isFinite(mean)) words += `Generated: mean ${mean.toFixed(2)} (real ${realMean.toFixed(2)}), sd ${sd.toFixed(2)} (real ${realSd.toFixed(2)}). `;
    }
    return words + `${STATES[block("state")[0]]} ${count} of ${total} seeds here ${count === 1 ? "is" : "are"} ${word} (${percent(count / total)}, 95\u00a0% interval ${percent(low)} to ${percent(high)}).`;
  }
}
