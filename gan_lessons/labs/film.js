// The film of a run: plays and scrubs frames that are all here. Needs paint.js and picture.js; it asks no kernel and no
// network.
//
// film: {scene, note, frames: [[step, summary, notice], ...]}. bytes: what film_page.py packs, for n numbers in a frame n
// float32 and then, frame by frame, n float16: what is to be added to them.

const RATES = [2, 5, 10, 20, 40]; // frames a second
const CALM_MS = 250; // the least time of a frame for those who asked for less motion
const SPEAK_MS = 4000; // a live region that changed with every frame would never be heard
const REST_MS = 700; // without a movement before the words are spoken
const WORDS_MS = 120; // between two layouts of the page while something moves

const HALVES = Float32Array.from({ length: 65536 }, (_, code) => { // what each float16 says
  const sign = code & 32768 ? -1 : 1, power = (code >> 10) & 31, part = (code & 1023) / 1024;
  if (power === 31) return NaN; // no number that would be drawn
  return sign * (power ? (1 + part) * 2 ** (power - 15) : part * 2 ** -14);
});

function unpack({ frames }, bytes) { // -> frames as a Painter takes them
  const n = bytes.length / (4 + 2 * frames.length);
  const usual = new Float32Array(bytes.buffer, 0, n), apart = new Uint16Array(bytes.buffer, 4 * n);
  return frames.map(([step, summary, notice], t) => {
    const values = usual.map((value, i) => value + HALVES[apart[t * n + i]]);
    return { step, summary, notice, values };
  });
}

class FilmPlayer {
  constructor(root, film, bytes) {
    Object.assign(this, { root, frames: unpack(film, bytes), at: 0, playing: false, since: 0, drawn: 0, times: { words: 0, spoken: 0 } });
    this.picture = new Picture(root, film.scene);
    this.spoken = make("p", { class: "gan-spoken", role: "status" });
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.loop = this.loop.bind(this);
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.picture.redraw());
    const [legend, canvas, readout, summary] = this.picture.parts;
    root.append(legend, canvas, this.transport(), readout, summary, make("p", { style: "padding: 0 8px; font-style: italic" }, film.note), this.spoken);
    this.show(this.frames.length - 1); // how it ended; Play begins at the beginning
  }

  transport() {
    this.button = make("button", { type: "button", title: "Play the film, or stop it", "data-do": "play", onclick: () => (this.playing ? this.pause() : this.play()) });
    this.rate = make("select", { "data-do": "rate" }, ...RATES.map((rate) => make("option", { value: rate }, rate)));
    this.rate.value = 20;
    this.slider = make("input", { type: "range", min: 0, max: this.frames.length - 1, step: 1, "data-do": "scrub", oninput: () => this.scrub() });
    this.button.disabled = this.slider.disabled = this.frames.length < 2;
    this.when = make("output", {});
    return make("div", { class: "gan-transport", role: "group", "aria-label": "Film" }, this.button,
      make("label", {}, "frames a second ", this.rate),
      make("label", { class: "gan-scrub" }, "training time ", this.slider, this.when));
  }

  play() {
    if (this.at === this.frames.length - 1) this.show(0);
    Object.assign(this, { playing: true, since: performance.now() });
    this.times.spoken = this.since;
    this.controls();
    requestAnimationFrame(this.loop);
  }

  pause() {
    this.playing = false;
    this.show(this.at);
    this.speak();
  }

  scrub() {
    this.playing = false;
    this.show(Number(this.slider.value));
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.speak(), REST_MS);
  }

  loop(now) { // a tick that comes late leaves frames out, so the film keeps its time
    if (!this.playing) return;
    const time = this.calm.matches ? Math.max(CALM_MS, 1000 / this.rate.value) : 1000 / this.rate.value;
    const due = Math.floor((now - this.since) / time);
    if (due > 0) {
      this.since += due * time;
      this.show(Math.min(this.frames.length - 1, this.at + due));
    }
    if (this.at === this.frames.length - 1) return this.pause();
    if (now - this.times.spoken >= SPEAK_MS) this.speak();
    requestAnimationFrame(this.loop);
  }

  show(at) {
    const frame = this.frames[(this.at = at)], now = performance.now(), quick = this.playing && now - this.times.words < WORDS_MS;
    this.picture.draw(frame, this.frames, quick);
    Object.assign(this.picture.canvas.dataset, { frame: at, drawn: ++this.drawn });
    if (quick) return;
    this.times.words = now;
    this.controls();
  }

  controls() {
    this.button.textContent = this.playing ? "❚❚ Pause" : "▶ Play";
    this.slider.value = this.at;
    this.when.textContent = "step " + this.frames[this.at].step.toLocaleString("en");
    this.slider.setAttribute("aria-valuetext", this.when.textContent);
  }

  speak() {
    this.times.spoken = performance.now();
    this.spoken.textContent = this.frames[this.at].summary;
  }
}
