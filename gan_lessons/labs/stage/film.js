// The film of a run: plays and scrubs frames that are all here. Needs reel.js and what that needs.
//
// film: {scene, note, reel, start, frames: [[step, summary, notice], ...]}. start: which of them is shown first. bytes: the reel's, along its one axis "t".

const RATES = [2, 5, 10, 20, 40]; // frames a second
const CALM_MS = 250; // the least time of a frame for those who asked for less motion

class FilmPlayer extends ReelView {
  constructor(root, film, bytes) {
    super(root, film, bytes);
    this.frames = film.frames.map(([step, summary, notice], t) => ({ step, summary, notice, values: this.reel.values({ t }) }));
    Object.assign(this, { playing: false, since: 0, reached: 0, calm: window.matchMedia("(prefers-reduced-motion: reduce)"), loop: this.loop.bind(this) });
    this.button.disabled = this.frames.length < 2;
    this.show(film.start);
  }

  controls() {
    this.button = make("button", { type: "button", title: "Play the film, or stop it", "data-do": "play", onclick: () => (this.playing ? this.pause() : this.play()) });
    this.rate = make("select", { "data-do": "rate" }, ...RATES.map((rate) => make("option", { value: rate }, rate)));
    this.rate.value = 20;
    return make("div", { class: "gan-transport", role: "group", "aria-label": "Film" }, this.button,
      make("label", {}, "frames a second ", this.rate),
      make("label", { class: "gan-scrub" }, "training time ", ...this.slider("t", { "data-do": "scrub" }, (t) => "step " + grouped(this.frames[t].step))));
  }

  play() {
    Object.assign(this, { playing: true, wordy: -Infinity });
    this.since = this.spoken.last = performance.now();
    this.show(this.place.t === this.frames.length - 1 ? 0 : this.place.t);
    requestAnimationFrame(this.loop);
  }

  pause() {
    this.playing = false;
    this.show(this.place.t);
    this.spoken.say(this.words());
  }

  move(axis, t) {
    this.playing = false;
    this.show(t);
    this.spoken.sayAtRest(() => this.words());
  }

  loop(now) { // a tick that comes late leaves frames out, so the film keeps its time
    if (!this.playing) return;
    const time = this.calm.matches ? Math.max(CALM_MS, 1000 / this.rate.value) : 1000 / this.rate.value, last = this.frames.length - 1;
    const due = Math.floor((now - this.since) / time);
    if (due > 0) {
      this.since += due * time;
      this.show(Math.min(last, this.place.t + due));
    }
    if (this.place.t === last) return this.pause();
    this.spoken.sayNowAndThen(this.words());
    requestAnimationFrame(this.loop);
  }

  show(t) {
    const quick = this.playing && this.hasty();
    this.place.t = t;
    this.reached = Math.max(this.reached, t); // charts tell nothing of what nobody has seen yet
    this.paint(this.frames[t], this.frames.slice(0, this.reached + 1), quick, { frame: t });
    if (quick) return;
    this.button.textContent = this.playing ? "❚❚ Pause" : "▶ Play";
    this.tell();
  }

  words() { return this.frames[this.place.t].summary; }
}
