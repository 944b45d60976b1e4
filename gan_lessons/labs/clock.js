// The clock of a lab: asks the kernel for frames, plays them, and keeps them for looking back.
//
// The kernel sends a scene once and then frames, each a Float32Array with a header {epoch, step, summary, notice}. The
// page gives the kernel credits for frames, draws one frame a display tick, and gives new credits by the half window:
// nothing can flood.

const KEEP = 250; // frames kept for scrubbing; when full, every other one is dropped and the stride doubles
const SLOW_MS = 6000; // how long a stage of slow motion stays, if nobody asks for the next
const WINDOW = 12; // frames asked for or waiting here, at most
const OWED_MS = 60; // of the kernel's time that may be asked for ahead: what a person does waits behind it
const HURRY_MS = 1500; // for so long after a key or a press the kernel owes little, for the next one to be answered soon
const PATIENCE_MS = 8000; // how long an answer of the kernel may take before the page says something

// ---- Film: the frames kept ---------------------------------------------------------------------------------

class Film {
  constructor(keep) { this.keep = keep; this.clear(); }
  clear() { this.frames = []; this.stride = 1; this.count = 0; }
  add(frame) {
    const last = this.frames[this.frames.length - 1];
    if (last && last.step === frame.step && last.phase === frame.phase) { this.frames[this.frames.length - 1] = frame; return; }
    // the newest frame is always kept; the one before it stays only if its turn in the stride has come
    if (last && last.index % this.stride !== 0) this.frames.pop();
    frame.index = this.count++;
    this.frames.push(frame);
    if (this.frames.length > this.keep) {
      this.stride *= 2;
      this.frames = this.frames.filter((f, i) => f.index % this.stride === 0 || i === this.frames.length - 1);
    }
  }
}

// ---- Clock: credits, queue and play, one for each model ------------------------------------------------------

class Clock {
  constructor(model) {
    this.model = model;
    this.film = new Film(model.get("scene").keep || KEEP);
    this.long = Boolean(model.get("scene").long); // a training of minutes: it goes on out of sight, too
    this.queue = [];
    this.views = new Set();
    Object.assign(this, { due: 0, epoch: 0, playing: false, plays: 0, slow: false, owed: 4, hurried: -HURRY_MS, drawn: 0, shown: null, live: true, undo: "", gone: "" });
    this.loop = this.loop.bind(this);
    this.ticking = false;
    this.lastSlow = 0;
    this.calm = window.matchMedia && window.matchMedia("(prefers-reduced-motion: reduce)");
    this.asked = null; // since when an answer of the kernel is waited for
    model.on("msg:custom", (message, buffers) => this.receive(message, buffers));
    model.on("comm_live_update", () => this.lost("The kernel behind this lab is gone. What is shown can still be looked back at; to train again, run its cell again."));
    this.id = Math.random().toString(36).slice(2);
    this.send({ type: "hello", id: this.id });
  }

  send(message) {
    if (this.gone) return this.lost(this.gone);
    this.model.send(message);
    if (this.asked === null) { this.asked = performance.now(); setTimeout(() => this.worry(), PATIENCE_MS); }
  }

  worry() { // every message is answered: with frames, or with where the settings are
    if (this.asked === null || this.gone) return;
    const waited = performance.now() - this.asked;
    if (waited < PATIENCE_MS) return setTimeout(() => this.worry(), PATIENCE_MS - waited);
    this.worried = true;
    this.each((view) => view.say("The kernel has not answered for a while: it may be busy with a cell. If it was restarted, run this lab's cell again."));
    setTimeout(() => this.worry(), PATIENCE_MS);
  }

  lost(words) {
    this.gone = words;
    this.playing = false; this.due = 0;
    this.each((view) => { view.say(words); view.controls(); });
  }

  speed() { return this.model.get("speed"); }

  receive(message, buffers) {
    this.asked = null;
    if (this.worried) { this.worried = false; this.each((view) => view.say("")); } // it was only busy
    if (message.to && message.to !== this.id) return; // for another page that shows this lab
    if (message.type === "frame") this.arrive(message, buffers[0]);
    else if (message.type === "done") {
      this.due = Math.max(0, this.due - message.unsent);
      if (message.ms) this.owed = Math.max(this.long && message.ms > OWED_MS ? 1 : 2, Math.min(WINDOW, Math.round(OWED_MS / message.ms)));
      return this.grant();
    } else if (message.type === "reset") {
      this.film.clear(); this.queue = []; this.epoch = message.epoch; this.live = true;
    } else if (message.type === "stopped") { this.playing = false; }
    else if (message.type === "code") this.each((view) => view.showCode(message.text));
    else if (message.type === "file") saveText(message.text, message.name, message.kind);
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
    if (this.long && frame.paid && !this.seen()) this.unseen();
    this.grant(); // not only at a tick: credits are a long way from the kernel
    if (!frame.paid) { // an answer to a person: shown at once
      this.queue.forEach((f) => this.film.add(f));
      this.queue = [];
      this.live = true;
      this.show(frame);
    }
    this.wake();
  }

  seen() { return this.visible() && !document.hidden; }

  unseen() { // nobody looks, and display ticks may not come: frames are kept, and the last is shown when somebody does
    this.queue.forEach((f) => this.film.add(f));
    this.late = this.queue.pop(); this.queue = [];
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
    this.playing = true; this.live = true; this.lastSlow = 0; this.plays += 1;
    this.grant(); this.wake();
    this.each((view) => view.controls());
  }

  pause() {
    this.playing = false;
    this.send({ type: "pause" }); // the kernel answers with the newest frame, so picture and kernel agree
    this.each((view) => view.controls());
  }

  hurry() { this.hurried = performance.now(); } // somebody is at the controls

  slowly(on) {
    this.slow = on; this.lastSlow = 0;
    if (on && !this.playing) this.play();
    this.each((view) => view.controls());
  }

  nextStage() {
    if (this.due) return;
    this.lastSlow = performance.now(); this.due = 1;
    this.send({ type: "credit", n: 1, slow: true });
    this.wake();
  }

  grant() {
    if (!this.playing || this.gone || !(this.long ? this.views.size : this.visible())) return;
    if (this.slow) {
      if (performance.now() - this.lastSlow >= SLOW_MS) this.nextStage();
      return;
    }
    const owed = performance.now() - this.hurried < HURRY_MS ? Math.min(2, this.owed) : this.owed;
    const wanted = Math.min(WINDOW - this.due - this.queue.length, owed - this.due);
    if (wanted >= owed / 2) { this.due += wanted; this.send({ type: "credit", n: wanted, play: `${this.id} ${this.plays}` }); }
  }

  visible() { return [...this.views].some((view) => view.visible); }
  wake() { if (!this.ticking) { this.ticking = true; requestAnimationFrame(this.loop); } }

  loop(now) {
    this.ticking = false;
    if (this.visible() && !(this.calm && this.calm.matches && this.playing && now - (this.lastDrawn || 0) < 250)) {
      const frame = this.queue.shift(), late = this.late;
      this.late = null;
      this.grant(); // before drawing: meanwhile the kernel trains
      if (frame) {
        this.lastDrawn = now; this.film.add(frame);
        if (this.live) this.show(frame); else this.each((view) => view.controls()); // looking back, while it trains on
      } else if (late && this.live) this.show(late);
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
  rest() { // no page shows it any more: nothing is kept for one
    this.playing = false; this.queue = []; this.late = null;
  }
  each(action) { this.views.forEach(action); }
}
