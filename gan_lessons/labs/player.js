// The player: asks the kernel for frames, plays them, and scrubs through what it kept. Needs paint.js and picture.js.
//
// The kernel sends a scene once and then frames, each a Float32Array with a header {epoch, step, summary, notice}. The
// page gives the kernel credits for frames, draws one frame a display tick, and gives new credits by the half window:
// nothing can flood.

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
    this.calm = window.matchMedia && window.matchMedia("(prefers-reduced-motion: reduce)");
    model.on("msg:custom", (message, buffers) => this.receive(message, buffers));
    this.send({ type: "hello" });
  }

  send(message) { this.model.send(message); }
  speed() { return this.model.get("speed"); }

  receive(message, buffers) {
    if (message.type === "frame") this.arrive(message, buffers[0]);
    else if (message.type === "done") {
      this.due = Math.max(0, this.due - message.unsent);
      if (message.ms) this.window = Math.max(2, Math.min(12, Math.round(30 / message.ms)));
    } else if (message.type === "reset") {
      this.film.clear(); this.queue = []; this.epoch = message.epoch; this.live = true;
    } else if (message.type === "stopped") { this.playing = false; }
    else if (message.type === "code") this.each((view) => view.showCode(message.text));
    else if (message.type === "settings") this.each((view) => view.showSettings(message));
    if (message.type !== "frame") this.each((view) => view.controls());
  }

  arrive(message, buffer) {
    const bytes = buffer.buffer ? buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength) : buffer.slice(0);
    if (message.paid) this.due = Math.max(0, this.due - 1);
    const frame = { ...message, values: this.whole(message.left_out, new Float32Array(bytes)) };
    if (!frame.values) return;
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

  // What stands still, such as real points, is sent with the first frame that has it, and left out of those after.
  whole(left_out, values) {
    if (!left_out) return (this.still = values);
    if (!this.still) return null; // meant for another page: this one has not been answered yet
    const all = new Float32Array(left_out + values.length);
    all.set(this.still.subarray(0, left_out)); all.set(values, left_out);
    return all;
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
    if (this.visible() && !(this.calm && this.calm.matches && this.playing && now - (this.lastDrawn || 0) < 250)) {
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

// ---- View: picture, words and controls in the page -----------------------------------------------------------

class View {
  constructor(model, clock, root) {
    Object.assign(this, { model, clock, root, visible: true, picture: new Picture(root, model.get("scene")) });
    this.spoken = make("p", { class: "gan-spoken", role: "status" });
    this.code = make("textarea", { class: "gan-code", rows: 10, readonly: "", "aria-label": "Python code of what is on screen", spellcheck: "false" });
    this.codeBox = make("div", { class: "gan-code-box", hidden: "" }, this.code);
    root.append(...this.picture.parts, this.spoken, this.transport(), this.sliders(), this.codeBox);
    this.sight = new IntersectionObserver((entries) => { this.visible = entries[entries.length - 1].isIntersecting; clock.wake(); });
    this.sight.observe(this.picture.canvas);
    clock.views.add(this);
    this.controls();
    if (clock.shown) this.draw(clock.shown);
  }

  close() { this.sight.disconnect(); this.picture.close(); this.clock.views.delete(this); }

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
    const now = performance.now();
    const quick = this.clock.playing && frame.paid && !frame.phase && now - this.lastWords < 120;
    const film = this.clock.film.frames, last = film[film.length - 1];
    const past = last && frame !== last && film.includes(frame) ? film : film.concat(last === frame ? [] : [frame]);
    Object.assign(this.picture.canvas.dataset, { epoch: frame.epoch, drawn: this.clock.drawn, window: this.clock.window });
    this.picture.draw(frame, past, quick);
    if (quick) return;
    this.lastWords = now;
    this.controls();
  }
}
