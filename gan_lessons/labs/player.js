// A lab in the page: picture, words and controls. Needs paint, picture, clock, controls, sketch and share.

class View {
  constructor(model, clock, root) {
    Object.assign(this, { model, clock, root, visible: true, drawn: [] });
    root.classList.add("gan-stage");
    this.place = make("div", { class: "gan-picture" });
    this.spoken = make("p", { class: "gan-spoken", role: "status" });
    this.note = make("p", { class: "gan-note", role: "status" });
    this.code = make("textarea", { class: "gan-code", rows: 10, readonly: "", "aria-label": "Python code of what is on screen", spellcheck: "false" });
    this.codeBox = make("div", { class: "gan-code-box", hidden: "" }, this.code);
    this.settings = new Controls((name, value) => this.ask({ type: "set", name, value }));
    for (const event of ["pointerdown", "keydown", "input"]) root.addEventListener(event, () => clock.hurry(), { capture: true, passive: true });
    root.append(this.place, this.spoken, this.loop(), this.transport(), ...this.setups(), this.note, this.settings.box, this.codeBox);
    this.newPicture(); this.settings.show(model.get("settings"));
    this.sight = new IntersectionObserver((entries) => { this.visible = entries[entries.length - 1].isIntersecting; clock.wake(); });
    this.sight.observe(this.place);
    this.changes = { "change:scene": () => this.newPicture(), "change:settings": () => this.settings.show(model.get("settings")) };
    for (const [event, action] of Object.entries(this.changes)) model.on(event, action);
    clock.views.add(this);
    this.controls();
    if (clock.shown) this.draw(clock.shown);
  }

  close() {
    for (const [event, action] of Object.entries(this.changes)) this.model.off(event, action);
    if (this.sketch) this.sketch.close();
    this.sight.disconnect(); this.picture.close(); this.clock.views.delete(this);
    if (!this.clock.views.size) this.clock.rest();
  }

  newPicture() {
    this.leaveSketch();
    const off = this.picture ? this.picture.off : [];
    if (this.picture) this.picture.close();
    this.picture = new Picture(this.root, this.model.get("scene"));
    const labels = this.model.get("scene").panels.flatMap((panel) => panel.layers).map((layer) => layer.label);
    labels.filter((label) => new Set(off).has(label)).forEach((label) => this.picture.off.add(label));
    this.picture.drawLegend();
    this.place.replaceChildren(...this.picture.parts);
  }

  can(what) { return this.model.get("abilities").includes(what); }
  ask(message) { this.clock.live = true; this.clock.send(message); }
  say(words) { this.note.textContent = words || ""; }

  // -- controls

  loop() { // the lines of the training loop, for slow motion
    this.lines = this.model.get("loop").map((line) => make("li", {}, make("code", {}, line)));
    this.loopBox = make("ol", { class: "gan-loop", "aria-label": "The training loop", hidden: "" }, ...this.lines);
    return this.loopBox;
  }

  transport() {
    this.buttons = {};
    const button = (name, label, title, click) => (this.buttons[name] = make("button", { type: "button", title, "data-do": name, onclick: click }, label));
    const asks = (message) => () => this.ask(message);
    this.speed = make("select", { "data-do": "speed", onchange: () => { this.model.set("speed", Number(this.speed.value)); this.model.save_changes(); } });
    for (const k of this.model.get("speeds")) this.speed.append(make("option", { value: k }, k));
    this.scrubber = make("input", { type: "range", min: 0, max: 0, value: 0, "data-do": "scrub", oninput: () => this.clock.scrub(Number(this.scrubber.value)) });
    this.when = make("output", {});
    const slow = this.can("slow") ? [
      button("slow", "Slow motion", "One stage at a time, with a sentence for each", () => this.clock.slowly(!this.clock.slow)),
      button("next", "Next stage", "The next stage of slow motion, without waiting", () => { this.clock.live = true; this.clock.nextStage(); }),
    ] : [];
    const files = this.can("digits") ? [
      button("save", "Save", "All that training goes on from, as a new file in the notebook's folder", asks({ type: "save" })),
      button("resume", "Go on from saved", "Takes up the saved training that is chosen below, or the newest", asks({ type: "resume" })),
    ] : [];
    const share = this.can("share") ? [
      button("png", "Save picture", "The picture as a PNG file", () => savePicture(this.picture.canvas, "gan.png")),
      button("page", "Save as page", "What was trained as a page that works without a kernel", asks({ type: "page" })),
      button("keep", "Save settings", "Settings and what was done, as a small file", asks({ type: "keep" })),
      button("load", "Load settings", "From a file of settings: training begins again with them", () => pickText(".json", (words) => this.ask({ type: "load", text: words }), (words) => this.say(words))),
    ] : [];
    return make("div", { class: "gan-transport", role: "group", "aria-label": "Training" },
      button("play", "▶ Play", "Train, or stop training", () => (this.clock.playing ? this.clock.pause() : this.clock.play())),
      button("D", "Step D", "One step of the discriminator alone", asks({ type: "step", who: "D" })),
      button("G", "Step G", "One step of the generator alone", asks({ type: "step", who: "G" })),
      button("both", "Step both", "One step of both", asks({ type: "step", who: "both" })),
      ...slow,
      make("label", {}, "steps a frame ", this.speed),
      button("restart", "Restart", "Same settings, same seed, from step 0", asks({ type: "restart" })),
      button("seed", "New seed", "Same settings, other random numbers, from step 0", asks({ type: "seed" })),
      button("undo", "Undo", "Takes back the last change", asks({ type: "undo" })),
      ...(this.can("draw") ? [button("draw", "Draw data", "Draw the real data yourself", () => this.openSketch())] : []),
      button("code", "Copy as Python", "Code that trains exactly what is on screen", () => this.clock.send({ type: "code" })),
      ...share, ...files,
      make("label", { class: "gan-scrub" }, "look back ", this.scrubber, this.when),
      button("back", "Go on from here", "Takes the training back to the step that is shown", () => this.goBack()),
      button("rescue", "Back to the last good frame", "Goes back to before the numbers were not finite any more", asks({ type: "back" })));
  }

  setups() { // scenes that a button sets up, where the lab has them
    const found = this.model.get("scene").setups || [];
    if (!found.length) return [];
    this.scenes = found.map(({ name, label, help }) => make("button", { type: "button", title: help, "data-setup": name, onclick: () => this.ask({ type: "setup", name }) }, label));
    return [make("div", { class: "gan-transport", role: "group", "aria-label": "Scenes that break down" }, make("span", {}, "Break it:"), ...this.scenes)];
  }

  goBack() { this.ask({ type: "back", step: this.clock.shown.step }); }

  controls() {
    const { clock, buttons } = this;
    buttons.play.textContent = clock.playing ? "❚❚ Pause" : "▶ Play";
    for (const name of Object.keys(buttons)) buttons[name].disabled = Boolean(clock.gone) && name !== "png";
    if (buttons.slow) {
      buttons.slow.setAttribute("aria-pressed", clock.slow);
      buttons.next.hidden = !clock.slow;
    }
    for (const name of ["D", "G", "both"]) buttons[name].disabled = buttons[name].disabled || clock.playing;
    buttons.undo.disabled = buttons.undo.disabled || !clock.undo;
    buttons.undo.title = clock.undo ? "Takes back: " + clock.undo : "Nothing to take back yet";
    for (const scene of this.scenes || []) {
      scene.disabled = Boolean(clock.gone);
      if (scene.dataset.setup !== "normal") scene.setAttribute("aria-pressed", scene.dataset.setup === this.model.get("scene").setup);
    }
    buttons.back.hidden = clock.live;
    buttons.rescue.hidden = !(clock.shown && clock.shown.notice);
    this.speed.value = clock.speed();
    const n = clock.film.frames.length;
    this.scrubber.max = Math.max(0, n - 1);
    this.scrubber.disabled = n < 2;
    if (clock.live) this.scrubber.value = n - 1;
    if (clock.shown) { this.when.textContent = "step " + clock.shown.step.toLocaleString("en"); this.scrubber.setAttribute("aria-valuetext", this.when.textContent); }
    this.speak();
  }

  showSettings({ name, index, note, undo }) {
    if (note || name) this.say(note);
    this.clock.undo = undo;
    this.settings.place(name, index);
  }

  showCode(code) {
    this.code.value = code; this.codeBox.hidden = false;
    this.code.focus(); this.code.select();
    if (navigator.clipboard) navigator.clipboard.writeText(code).then(() => this.say("Copied. Paste it into a cell."), () => this.say("Press Ctrl+C to copy."));
    else this.say("Press Ctrl+C to copy.");
  }

  // -- drawing one's own data

  openSketch() {
    if (this.sketch) return this.leaveSketch();
    if (this.clock.playing) this.clock.pause();
    const panel = this.model.get("scene").panels[0].id;
    const width = panel === "densities" ? 1 : 2;
    const start = this.drawn.length && this.drawn[0].length === width ? this.drawn : [];
    const done = (points) => { this.leaveSketch(); this.ask({ type: "draw", points }); };
    this.sketch = new Sketch(this.picture, { panel, start, done, cancel: () => this.leaveSketch() });
    this.place.append(...this.sketch.parts);
    this.buttons.draw.setAttribute("aria-pressed", "true");
    this.picture.canvas.focus();
  }

  leaveSketch() {
    if (!this.sketch) return;
    this.drawn = this.sketch.points; // kept for the next time
    const sketch = this.sketch;
    this.sketch = null;
    sketch.close();
    this.buttons.draw.setAttribute("aria-pressed", "false");
    this.buttons.draw.focus();
  }

  // -- frames

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
    Object.assign(this.picture.canvas.dataset, { epoch: frame.epoch, drawn: this.clock.drawn, owed: this.clock.owed });
    this.picture.draw(frame, past, quick);
    if (quick) return;
    this.lastWords = now;
    this.showLine(frame.line);
    this.controls();
  }

  showLine(line) {
    this.loopBox.hidden = !(line >= 0);
    this.lines.forEach((node, i) => (i === line ? node.setAttribute("aria-current", "step") : node.removeAttribute("aria-current")));
  }
}
