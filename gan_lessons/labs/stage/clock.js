// The clock of a lab: asks the kernel for frames, plays them, and keeps them for looking back.
//
// The kernel sends a scene once and then frames: a header {epoch, step, summary, notice} with the arrays that move and, if
// they are new, those that stand still. The page gives the kernel credits for frames, draws one frame a display tick, and
// gives new credits by the half window: nothing can flood. Needs arrays.js and page.js.

const KEEP = 250; // frames kept for scrubbing; when full, every other one is dropped and the stride doubles
const SLOW_MS = 6000; // how long a phase of slow motion stays, if nobody asks for the next
const WINDOW = 12; // frames asked for or waiting here, at most
const OWED_MS = 60; // of the kernel's time that may be asked for ahead: what a person does waits behind it
const STALLED_MS = 5000; // without a word from the kernel while frames are due: they may be lost, with a socket that was cut
const LEAVE_MS = 20000; // of play, after which the notebook gets a newer picture
const HURRY_MS = 1500; // for so long after a key or a press the kernel owes little, for the next one to be answered soon

// ---- Frames: those that are kept ---------------------------------------------------------------------------

class Frames {
  constructor(keep) { this.keep = keep; this.clear(); }
  clear() { this.frames = []; this.stride = 1; this.count = 0; }
  add(frame) {
    const last = this.frames[this.frames.length - 1];
    if (last && last.step === frame.step && last.phase === frame.phase) {
      frame.index = last.index;
      this.frames[this.frames.length - 1] = frame;
      return;
    }
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
    this.film = new Frames(model.get("spec").keep || KEEP);
    this.long = Boolean(model.get("spec").long); // a training of minutes: it goes on out of sight, too
    this.queue = [];
    this.views = new Set();
    Object.assign(this, { due: 0, epoch: 0, playing: false, plays: 0, slow: false, owed: 4, hurried: -HURRY_MS, drawn: 0, heard: 0, pinged: 0, shown: null, live: true, undo: "" });
    this.loop = this.loop.bind(this);
    this.ticking = false;
    this.lastSlow = 0;
    this.calm = window.matchMedia && window.matchMedia("(prefers-reduced-motion: reduce)");
    this.kernel = new Kernel(model, {
      hear: (message, buffers) => this.receive(message, buffers),
      say: (words) => this.each((view) => view.say(words)),
      lost: () => { this.playing = false; this.due = 0; this.each((view) => view.controls()); },
      words: ". What is shown can still be looked back at; to train again, run its cell again.",
    });
    this.id = Math.random().toString(36).slice(2);
    this.send({ type: "hello", id: this.id });
  }

  get gone() { return this.kernel.gone; }
  get alone() { return Boolean(this.gone) || this.kernel.silent || !this.kernel.heard; }
  send(message) { this.kernel.send(message); }

  speed() { return this.model.get("speed"); }

  receive(message, buffers) {
    if (message.to && message.to !== this.id) return; // for another page that shows this lab
    this.heard = performance.now();
    if (message.type === "frame") this.arrive(message, buffers);
    else if (message.type === "done") {
      this.due = Math.max(0, this.due - message.unsent);
      if (message.ms) this.owed = Math.max(this.long && message.ms > OWED_MS ? 1 : 2, Math.min(WINDOW, Math.round(OWED_MS / message.ms)));
      return this.grant();
    } else if (message.type === "reset") {
      this.film.clear(); this.queue = []; this.epoch = message.epoch; this.live = true;
    } else if (message.type === "stopped") { this.playing = false; if (this.shown) this.each((view) => view.draw(this.shown)); } // now with its words
    else if (message.type === "pong") { // it has answered all before: what is due still will not come
      if (this.due === message.due) this.due = 0;
      return this.grant();
    } else if (message.type === "code") this.each((view) => view.showCode(message.text));
    else if (message.type === "networks") this.each((view) => view.drawNetworks(message));
    else if (message.type === "file") download(new Blob(buffers, { type: message.kind }), message.name);
    else if (message.type === "settings") this.each((view) => view.showSettings(message));
    if (message.type !== "frame") this.each((view) => view.controls());
  }

  arrive(message, buffers) {
    if (message.paid) this.due = Math.max(0, this.due - 1);
    const frame = { ...message, values: this.whole(buffers) };
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
  whole([moving, still]) {
    const { arrays } = this.model.get("spec");
    if (still) this.still = unpack(arrays.still, still);
    return this.still ? { ...this.still, ...unpack(arrays.moving, moving) } : null; // null: meant for another page
  }

  play() {
    this.playing = true; this.live = true; this.lastSlow = 0; this.plays += 1;
    this.grant(); this.wake();
    this.each((view) => view.controls());
  }

  pause() {
    this.playing = false;
    clearTimeout(this.leaving); this.leaving = 0;
    this.send({ type: "pause" }); // the kernel answers with the newest frame, so picture and kernel agree
    this.each((view) => view.controls());
  }

  hurry() { this.hurried = performance.now(); } // somebody is at the controls

  slowly(on) {
    this.slow = on; this.lastSlow = 0;
    if (on && !this.playing) this.play();
    this.each((view) => view.controls());
  }

  nextPhase() {
    if (this.due) return;
    this.lastSlow = performance.now(); this.due = 1;
    this.send({ type: "credit", n: 1, slow: true });
    this.wake();
  }

  grant() {
    if (!this.playing || this.gone || !(this.long ? this.views.size : this.visible())) return;
    if (this.slow) {
      if (performance.now() - this.lastSlow >= SLOW_MS) this.nextPhase();
      return;
    }
    const owed = performance.now() - this.hurried < HURRY_MS ? Math.min(2, this.owed) : this.owed;
    const wanted = Math.min(WINDOW - this.due - this.queue.length, owed - this.due);
    if (wanted >= owed / 2) { this.due += wanted; this.send({ type: "credit", n: wanted, play: `${this.id} ${this.plays}` }); }
  }

  visible() { return [...this.views].some((view) => view.visible); }
  wake() { if (!this.ticking) { this.ticking = true; requestAnimationFrame(this.loop); } }

  ping(now) { // answered in its turn, so a kernel that is only busy is not asked for more
    if (!this.playing || !this.due || now - Math.max(this.heard, this.pinged) < STALLED_MS) return;
    this.pinged = now;
    this.send({ type: "ping", due: this.due, id: this.id });
  }

  loop(now) {
    this.ticking = false;
    this.ping(now);
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

  show(frame) { this.soon = null; this.shown = frame; this.drawn += 1; this.each((view) => view.draw(frame)); this.leave(frame); }

  leave(frame) { // the newest picture is the one that stays in the notebook
    if (frame.kept || this.gone || !this.live || frame === this.left || (this.leaving && this.playing)) return;
    this.left = frame;
    clearTimeout(this.leaving);
    this.leaving = setTimeout(() => { this.leaving = 0; if (this.views.size) this.send({ type: "rest" }); }, this.playing ? LEAVE_MS : REST_MS);
  }
  showSoon(frame) { // of many frames that come at once, the last, unless a newer one is shown before that
    if (!this.soon) requestAnimationFrame(() => { const last = this.soon; this.soon = null; if (last && this.live) this.show(last); });
    this.soon = frame;
  }
  scrub(position) {
    this.live = position === this.film.frames.length - 1;
    this.show(this.film.frames[position]);
  }
  rest() { // no page shows it any more: nothing is kept for one
    this.playing = false; this.queue = []; this.late = null;
  }
  close() { this.rest(); clearTimeout(this.leaving); this.kernel.close(); }
  each(action) { this.views.forEach(action); }
}
