// The Dirac-GAN in the page: two numbers walk through the field of their game. Needs arrays.js, page.js, paint.js,
// picture.js and controls.js; it asks no kernel. theory/dirac.py has the same rules in Python, and a test compares them.
//
// spec: {scene, settings, values, speeds, nodes, weights}, as labs/dirac.py makes it. values: name -> what is chosen.

const ARROWS_A_SIDE = 17, WALKED = 4000, MOMENTS = 400; // points of the walk that are drawn, and of the chart
const REDUCED_MS = 250; // the least time between pictures for those who asked for less motion
const ARROW = 0.2; // the longest arrow, in the units of theta and psi

const sigmoid = (s) => 1 / (1 + Math.exp(-s)), bend = (s) => -sigmoid(s) * sigmoid(-s);
const LOGARITHM = [(s) => sigmoid(-s), bend], STRAIGHT = [() => 1, () => 0];
const PULLS = { minimax: [LOGARITHM, LOGARITHM], "non-saturating": [[sigmoid, (s) => -bend(s)], LOGARITHM], Wasserstein: [STRAIGHT, STRAIGHT] };

// A game, as theory.DiracGAN has it.
class Dirac {
  constructor({ objective, penalty, weight, noise }, { nodes, weights }) {
    const [nodesHere, weightsHere] = noise ? [nodes, weights] : [[0], [1]];
    Object.assign(this, { pulls: PULLS[objective], penalty, weight, blur: nodesHere.map((node, i) => [noise * node, weightsHere[i]]) });
  }

  // The field without its penalty, and its derivatives: [of G, of D], [[G by theta, by psi], [D by theta, by psi]].
  plain(theta, psi) {
    const [[g, gSlope], [d, dSlope]] = this.pulls, sum = [0, 0, 0, 0, 0, 0];
    for (const [real, share] of this.blur) {
      const x = theta + real, s = psi * x, t = -psi * real;
      const terms = [-psi * g(s), x * d(s) - real * d(t), -psi * psi * gSlope(s), -(g(s) + s * gSlope(s)), d(s) + s * dSlope(s), x * x * dSlope(s) + real * real * dSlope(t)];
      terms.forEach((term, i) => { sum[i] += share * term; });
    }
    return [sum.slice(0, 2), [sum.slice(2, 4), sum.slice(4)]];
  }

  field(theta, psi) {
    const [[g, d], [byG, byD]] = this.plain(theta, psi), { penalty, weight } = this;
    if (penalty === "consensus") return [g - weight * (byG[0] * g + byD[0] * d), d - weight * (byG[1] * g + byD[1] * d)];
    if (penalty === "R1") return [g, d - weight * psi];
    if (penalty === "gradient penalty") return [g, d - weight * (Math.abs(psi) - 1) * Math.sign(psi)];
    return [g, d];
  }

  next([theta, psi], step, inTurn) {
    const moved = theta + step * this.field(theta, psi)[0];
    const slope = psi + step * this.field(inTurn ? moved : theta, psi)[1];
    return [moved, this.penalty === "clipping" ? Math.max(-this.weight, Math.min(this.weight, slope)) : slope];
  }

  jacobian() { // at the solution; null where it has none
    const [, [[a, b], [c, d]]] = this.plain(0, 0), w = this.weight;
    if (this.penalty === "gradient penalty") return null;
    if (this.penalty === "consensus") return [[a - w * (a * a + c * c), b - w * (a * b + c * d)], [c - w * (a * b + c * d), d - w * (b * b + d * d)]];
    return [[a, b], [c, d - (this.penalty === "R1" ? w : 0)]];
  }

  eigenvalues() { return eigen(this.jacobian()); }

  multipliers(h, inTurn) { // the eigenvalues of one step of the loop
    const J = this.jacobian();
    if (!J) return null;
    const [[a, b], [c, d]] = J, first = [1 + h * a, h * b];
    return eigen(inTurn ? [first, [h * c * first[0], 1 + h * d + h * c * first[1]]] : [first, [h * c, 1 + h * d]]);
  }
}

// The two complex eigenvalues of a matrix, [[re, im], [re, im]], the one above the real axis first.
function eigen(matrix) {
  if (!matrix) return null;
  const [[a, b], [c, d]] = matrix, half = (a + d) / 2, under = half * half - (a * d - b * c), root = Math.sqrt(Math.abs(under));
  return under < 0 ? [[half, root], [half, -root]] : [[half + root, 0], [half - root, 0]];
}

const logOf = ([re, im], h) => [Math.log(Math.hypot(re, im)) / h, Math.atan2(im, re) / h];
const short = (value) => (Math.abs(value) < 0.0005 && value ? value.toExponential(1) : String(Number(value.toFixed(3)))).replaceAll("-", "\u2212");

class DiracView {
  // model: the widget's, whose `values` follow what is chosen here, and the other way round; null in a page.
  constructor(root, spec, bytes, model = null) {
    Object.assign(this, { root, spec, model, values: { ...spec.values, ...(model && model.get("values")) }, playing: false, visible: true, drawn: 0, wordy: -Infinity, speed: 2 });
    root.classList.add("gan-stage", "gan-lab");
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.loop = this.loop.bind(this);
    this.picture = new Picture(root, spec.scene);
    this.spoken = new Spoken();
    this.controls = new Controls((name, value) => this.set(name, value));
    const side = make("div", { class: "gan-side" }, this.controls.box), place = make("div", { class: "gan-picture" }, ...this.picture.parts);
    const bar = make("div", { class: "gan-bar" }, this.transport());
    root.append(bar, make("div", { class: "gan-body" }, place, side), this.spoken.node);
    this.picture.around = () => bar.offsetHeight + place.offsetHeight;
    this.picture.canvas.addEventListener("click", (event) => this.click(event));
    this.sight = new IntersectionObserver((entries) => { this.visible = entries[entries.length - 1].isIntersecting; });
    this.sight.observe(place);
    this.told = () => this.take(model.get("values"));
    if (model) model.on("change:values", this.told);
    this.show();
    this.restart();
  }

  close() {
    this.playing = false;
    if (this.model) this.model.off("change:values", this.told);
    this.sight.disconnect(); this.picture.close(); this.spoken.close();
  }

  transport() {
    const button = (name, words, title, click) => (this[name + "Button"] = make("button", { type: "button", title, "data-do": name, onclick: click }, words));
    const speed = make("select", { "data-do": "speed", onchange: () => { this.speed = Number(speed.value); } }, ...this.spec.speeds.map((k) => make("option", { value: k }, k)));
    speed.value = this.speed;
    return make("div", { class: "gan-transport", role: "group", "aria-label": "The walk" },
      button("play", "▶ Play", "Walk, or stop", () => (this.playing ? this.pause() : this.play())),
      button("step", "One step", "One step of the loop", () => { this.pause(); this.walk(1); this.paint(); this.tell(); }),
      button("restart", "Restart", "Back to the start", () => { this.restart(); this.tell(); }),
      make("label", {}, "steps a frame ", speed));
  }

  // -- what is chosen

  show() { // settings with where they stand
    this.controls.show(this.spec.settings.map((one) => ({ ...one, index: this.index(one) })));
    this.game = new Dirac(this.values, this.spec);
  }

  index({ name, values }) {
    if (typeof values[0] === "string") return values.indexOf(this.values[name]);
    const gaps = values.map((value) => Math.abs(value - this.values[name]));
    return gaps.indexOf(Math.min(...gaps));
  }

  set(name, value) {
    this.values = { ...this.values, [name]: value };
    if (this.model) { this.model.set("values", this.values); this.model.save_changes(); }
    this.changed(name);
    this.controls.entries[name].answered();
  }

  take(values) { // from Python
    const names = Object.keys(values).filter((name) => values[name] !== this.values[name]);
    this.values = { ...values };
    if (!names.length) return;
    this.show();
    names.forEach((name) => this.changed(name));
  }

  changed(name) { // the walk goes on under the new rule; a new start begins it again
    this.game = new Dirac(this.values, this.spec);
    if (name === "theta" || name === "psi") return this.restart();
    this.laws();
    this.paint();
    this.spoken.sayAtRest(() => this.words());
  }

  click(event) {
    const { box: [x, y, w, h], x: [left, right], y: [low, high] } = this.picture.axes.field, { scale } = this.picture;
    const across = (event.offsetX / scale - x) / w, up = 1 - (event.offsetY / scale - y) / h;
    if (!(across >= 0 && across <= 1 && up >= 0 && up <= 1)) return;
    const rounded = (value) => Math.round(20 * value) / 20;
    this.take({ ...this.values, theta: rounded(left + across * (right - left)), psi: rounded(low + up * (high - low)) });
    if (this.model) { this.model.set("values", this.values); this.model.save_changes(); }
    this.tell();
  }

  // -- the walk

  restart() {
    Object.assign(this, { at: [this.values.theta, this.values.psi], step: 0, stride: 1 });
    this.path = [...this.at];
    this.film = [];
    this.laws();
    this.note();
    this.paint();
  }

  walk(steps) {
    for (let k = 0; k < steps; k++) {
      this.at = this.game.next(this.at, this.values.step, this.values.order === this.spec.orders[1]);
      this.step += 1;
      this.path.push(...this.at);
      this.note();
    }
    if (this.path.length > 4 * WALKED) this.path = this.path.slice(-2 * WALKED);
  }

  note() { // for the chart; when there are too many moments, every second one goes
    if (this.step % this.stride) return;
    this.film.push({ step: this.step, values: { distance: [Math.log10(Math.hypot(...this.at))] } });
    if (this.film.length > MOMENTS) { this.stride *= 2; this.film = this.film.filter((moment) => moment.step % this.stride === 0); }
  }

  laws() { // what changes with the rules alone: arrows and eigenvalues
    const { game, spec: { window: [low, high] } } = this, n = ARROWS_A_SIDE, { step, order, penalty } = this.values;
    this.from = new Float32Array(2 * n * n); this.by = new Float32Array(2 * n * n);
    for (let i = 0; i < n * n; i++) {
      const at = [low + ((high - low) * ((i % n) + 0.5)) / n, low + ((high - low) * (Math.floor(i / n) + 0.5)) / n], [a, b] = game.field(...at), long = Math.hypot(a, b);
      this.from.set(at, 2 * i);
      this.by.set(long ? [(ARROW * a) / (0.5 + long), (ARROW * b) / (0.5 + long)] : [0, 0], 2 * i);
    }
    const none = [[NaN, NaN], [NaN, NaN]];
    this.eigen = game.eigenvalues();
    this.factors = game.multipliers(step, order === this.spec.orders[1]);
    this.points = { field: (this.eigen || none).flat(), loop: (this.factors ? this.factors.map((one) => logOf(one, step)) : none).flat() };
    this.notice = penalty === "gradient penalty" ? "The gradient penalty has no derivative at psi = 0: no eigenvalues." : "";
  }

  play() {
    this.playing = true;
    this.last = 0;
    this.buttons();
    requestAnimationFrame(this.loop);
  }

  pause() {
    this.playing = false;
    this.buttons();
    this.paint();
    this.tell();
  }

  loop(now) {
    if (!this.playing || !this.root.isConnected) return;
    requestAnimationFrame(this.loop);
    if (!this.visible || (this.calm.matches && now - this.last < REDUCED_MS)) return;
    this.last = now;
    this.walk(this.speed);
    if (!this.at.every(Number.isFinite)) return this.pause();
    const quick = now - this.wordy < 120;
    if (!quick) this.wordy = now;
    this.paint(quick);
    this.spoken.sayNowAndThen(this.words(), 6000);
  }

  buttons() { this.playButton.textContent = this.playing ? "❚❚ Pause" : "▶ Play"; }
  tell() { this.spoken.say(this.words()); }

  paint(quick = false) {
    const start = Math.max(0, this.path.length - 2 * WALKED), path = this.path.slice(start);
    const distance = [Math.log10(Math.hypot(...this.at))];
    this.spec.scene.panels[0].layers.find((layer) => layer.values === "path").shape = [1, path.length / 2];
    const values = { from: this.from, by: this.by, path, start: [this.values.theta, this.values.psi], now: this.at, goal: [0, 0], axis: [0, -9, 0, 9], distance, ...this.points };
    this.picture.draw({ step: this.step, values, summary: quick ? "" : this.words(), notice: this.notice }, this.film, quick);
    Object.assign(this.picture.canvas.dataset, { drawn: ++this.drawn, theta: this.at[0], psi: this.at[1] });
  }

  words() {
    const [theta, psi] = this.at, far = Math.hypot(...this.at), pair = ([[re, im], [other, down]]) => (im ? `${short(re)} ± ${short(im)}i` : `${short(re)} and ${short(other)}`);
    let words = `Step ${grouped(this.step)}: theta ${short(theta)}, psi ${short(psi)}, distance from (0, 0) ${short(far)}. `;
    if (!Number.isFinite(far)) words = `Step ${grouped(this.step)}: the walk has left all numbers. `;
    if (!this.eigen) return words + "There are no eigenvalues: the gradient penalty jumps at psi = 0.";
    const times = Math.max(...this.factors.map((one) => Math.hypot(...one)));
    return words + `Eigenvalues of the field at (0, 0): ${pair(this.eigen)}. Near there a step multiplies the distance by ${short(times)}.`;
  }
}
