// Frames that are all here, and what moves through them: a film (film.js) or a sweep (scrubber.js). Needs arrays.js,
// page.js, paint.js and picture.js; it asks no kernel and no network.

const WORDS_MS = 120; // between two layouts of the page while something moves
const NOT_A_NUMBER = 65535;

const HALVES = Float32Array.from({ length: 65536 }, (_, code) => { // what each float16 says
  const sign = code & 32768 ? -1 : 1, power = (code >> 10) & 31, part = (code & 1023) / 1024;
  if (power === 31) return NaN; // no number that would be drawn
  return sign * (power ? (1 + part) * 2 ** (power - 15) : part * 2 ** -14);
});

// As reel.py packs it. A place is a number for each axis, such as {p: 3, t: 0, s: 1}.
class Reel {
  constructor({ sizes, arrays }, bytes) { Object.assign(this, { sizes, spec: arrays, arrays: unpack(arrays, bytes) }); }

  block(name, place) { // one array
    const { axes, shape, span, from } = this.spec[name], usual = this.arrays[from];
    const n = shape.slice(axes.length).reduce((all, one) => all * one, 1);
    let index = 0;
    for (const axis of axes) index = index * this.sizes[axis] + place[axis];
    const kept = this.arrays[name].subarray(index * n, (index + 1) * n);
    if (from) return usual.map((value, i) => value + HALVES[kept[i]]);
    if (!span) return kept;
    const [low, high] = span, scale = (high - low) / (NOT_A_NUMBER - 1);
    return Float32Array.from(kept, (code) => (code === NOT_A_NUMBER ? NaN : low + scale * code));
  }

  values(place) { return Object.fromEntries(Object.keys(this.spec).map((name) => [name, this.block(name, place)])); }
}

// The page around it: the picture, and a slider for each axis. An heir makes its controls and draws.
class ReelView {
  constructor(root, { scene, note, reel }, bytes) {
    Object.assign(this, { root, scene, reel: new Reel(reel, bytes), place: {}, sliders: {}, drawn: 0, wordy: -Infinity });
    this.picture = new Picture(root, scene, () => this.again());
    this.spoken = new Spoken();
    const [legend, canvas, readout, summary] = this.picture.parts, controls = this.controls();
    this.picture.around = () => [legend, canvas, controls, readout, summary].reduce((sum, part) => sum + part.offsetHeight, 0);
    root.append(legend, canvas, controls, readout, summary, make("p", { class: "gan-kept" }, note), this.spoken.node);
  }

  again() { this.picture.redraw(); }
  close() { this.picture.close(); this.spoken.close(); }

  slider(axis, attributes, say) { // say(i): what is there. Gives the slider and its words
    const last = this.reel.sizes[axis] - 1, output = make("output", {});
    const input = make("input", { type: "range", min: 0, max: last, step: 1, ...attributes, oninput: () => this.move(axis, Number(input.value)) });
    input.disabled = last < 1;
    this.sliders[axis] = { input, output, say };
    return [input, output];
  }

  tell() {
    for (const [axis, { input, output, say }] of Object.entries(this.sliders)) {
      input.value = this.place[axis];
      output.textContent = say(this.place[axis]);
      input.setAttribute("aria-valuetext", output.textContent);
    }
  }

  hasty() { // whether words were laid out just now
    const now = performance.now(), quick = now - this.wordy < WORDS_MS;
    if (!quick) this.wordy = now;
    return quick;
  }

  paint(frame, film, quick, about) {
    this.picture.draw(frame, film, quick);
    Object.assign(this.picture.canvas.dataset, about, { drawn: ++this.drawn });
  }
}
