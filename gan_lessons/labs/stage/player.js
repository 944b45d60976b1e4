// A lab in the page: picture, words and controls. Needs all the other pieces but reel and latent.

class View {
  constructor(model, clock, root) {
    Object.assign(this, { model, clock, root, visible: true, drawn: [] });
    root.classList.add("gan-stage", "gan-lab");
    this.place = make("div", { class: "gan-picture" });
    this.side = make("div", { class: "gan-side" });
    this.spoken = new Spoken();
    this.note = make("p", { class: "gan-note", role: "status" });
    this.code = make("textarea", { class: "gan-code", rows: 10, readonly: "", "aria-label": "Python code of what is on screen", spellcheck: "false" });
    this.codeBox = make("div", { class: "gan-code-box", hidden: "" }, this.code);
    this.networks = make("img", { class: "gan-networks", alt: "The two networks" });
    this.settings = new Controls((name, value) => this.ask({ type: "set", name, value }));
    root.addEventListener("keydown", (event) => this.key(event));
    this.left = () => this.wholeWindow(document.fullscreenElement === root);
    document.addEventListener("fullscreenchange", this.left);
    for (const event of ["pointerdown", "keydown", "input"]) root.addEventListener(event, () => clock.hurry(), { capture: true, passive: true });
    this.bar = make("div", { class: "gan-bar" }, ...this.transport(), ...this.setups());
    this.side.append(this.settings.box, make("div", { class: "gan-transport" }, this.buttons.next || ""), this.loop());
    root.append(this.bar, make("div", { class: "gan-body" }, this.place, this.side), this.note, this.spoken.node, this.codeBox);
    this.newPicture(); this.settings.show(model.get("controls"));
    this.sight = new IntersectionObserver((entries) => { this.visible = entries[entries.length - 1].isIntersecting; clock.wake(); });
    this.sight.observe(this.place);
    this.changes = { "change:spec": () => this.newPicture(), "change:controls": () => this.settings.show(model.get("controls")) };
    for (const [event, action] of Object.entries(this.changes)) model.on(event, action);
    clock.views.add(this);
    this.controls();
    if (clock.shown) this.draw(clock.shown);
  }

  close() {
    for (const [event, action] of Object.entries(this.changes)) this.model.off(event, action);
    if (this.sketch) this.sketch.close();
    document.removeEventListener("fullscreenchange", this.left);
    this.sight.disconnect(); this.picture.close(); this.clock.views.delete(this);
    if (!this.clock.views.size) this.clock.rest();
  }

  newPicture() {
    this.leaveSketch();
    const { off, chosen } = this.picture || { off: [], chosen: "" };
    if (this.picture) this.picture.close();
    this.picture = new Picture(this.root, this.model.get("spec"));
    this.picture.chosen = chosen;
    this.picture.around = () => this.bar.offsetHeight + this.place.offsetHeight + this.note.offsetHeight;
    const labels = this.model.get("spec").panels.flatMap((panel) => panel.layers).map((layer) => layer.label);
    labels.filter((label) => new Set(off).has(label)).forEach((label) => this.picture.off.add(label));
    this.picture.drawLegend();
    this.place.replaceChildren(...this.picture.parts);
    this.picture.looks.append(make("option", { value: "networks" }, "the two networks"));
    this.picture.chose = () => this.showNetworks();
    this.showNetworks();
  }

  // -- the two networks, over the picture: the kernel draws them as they are set

  get ofNetworks() { return this.picture.chosen === "networks"; }

  showNetworks() {
    this.picture.frame.classList.toggle("gan-covered", this.ofNetworks);
    if (!this.ofNetworks) return this.networks.remove();
    this.picture.frame.append(this.networks);
    this.clock.send({ type: "networks" });
  }

  drawNetworks({ words, png }) { Object.assign(this.networks, { alt: words, src: "data:image/png;base64," + png }); }

  // -- the whole window, for a projector

  key(event) { // F, but not where letters are typed
    if (event.key.toLowerCase() !== "f" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select, textarea, canvas")) return;
    event.preventDefault();
    this.toWindow();
  }

  toWindow() { // where the browser refuses it, the lab covers the page
    const inside = this.root.classList.contains("gan-whole"), cover = () => this.wholeWindow(!inside);
    if (document.fullscreenElement === this.root) document.exitFullscreen();
    else if (inside || !this.root.requestFullscreen) cover();
    else this.root.requestFullscreen().catch(cover);
  }

  wholeWindow(on) {
    if (on === this.root.classList.contains("gan-whole")) return;
    const scroller = this.root.closest(".jp-WindowedPanel-outer") || document.scrollingElement;
    if (on) this.from = scroller.scrollTop;
    this.root.classList.toggle("gan-whole", on);
    this.buttons.window.setAttribute("aria-pressed", on);
    this.picture.width = 0;
    this.picture.redraw();
    if (!on) requestAnimationFrame(() => { scroller.scrollTop = this.from; });
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
    const asks = (message) => () => this.ask(message), tells = (message) => () => this.clock.send(message); // looking back goes on
    this.speed = make("select", { "data-do": "speed", onchange: () => { this.model.set("speed", Number(this.speed.value)); this.model.save_changes(); } });
    for (const k of this.model.get("speeds")) this.speed.append(make("option", { value: k }, k));
    this.scrubber = make("input", { type: "range", min: 0, max: 0, value: 0, "data-do": "scrub", oninput: () => this.clock.scrub(Number(this.scrubber.value)) });
    this.when = make("output", {});
    const slow = this.can("slow") ? [button("slow", "Slow motion", "One phase at a time, with a sentence for each", () => this.clock.slowly(!this.clock.slow))] : [];
    if (slow.length) button("next", "Next phase", "The next phase of slow motion, without waiting", () => { this.clock.live = true; this.clock.nextPhase(); });
    const files = this.can("digits") ? [
      button("save", "Save", "All that training goes on from, as a new file in the notebook's folder", tells({ type: "save" })),
      button("resume", "Go on from saved", "Takes up the saved training that is chosen below, or the newest", asks({ type: "resume" })),
    ] : [];
    const share = this.can("share") ? [
      button("page", "Save as page", "What was trained as a page that works without a kernel", tells({ type: "page" })),
      button("keep", "Save settings", "Settings and what was done, as a small file", tells({ type: "keep" })),
      button("load", "Load settings", "From a file of settings: training begins again with them", () => pickText(".json", (words) => this.ask({ type: "load", text: words }), (words) => this.say(words))),
    ] : [];
    const steps = make("div", { class: "gan-transport gan-steps", role: "group", "aria-label": "Training" },
      button("play", "▶ Play", "Train, or stop training", () => (this.clock.playing ? this.clock.pause() : this.clock.play())),
      button("D", "Step D", "One step of the discriminator alone", asks({ type: "step", who: "D" })),
      button("G", "Step G", "One step of the generator alone", asks({ type: "step", who: "G" })),
      button("both", "Step both", "One step of both", asks({ type: "step", who: "both" })));
    const more = make("div", { class: "gan-transport", role: "group", "aria-label": "More of training" },
      ...slow,
      make("label", {}, "steps a frame ", this.speed),
      button("restart", "Restart", "Same settings, same seed, from step 0", asks({ type: "restart" })),
      button("seed", "New seed", "Same settings, other random numbers, from step 0", asks({ type: "seed" })),
      button("undo", "Undo", "Takes back the last change", asks({ type: "undo" })),
      ...(this.can("draw") ? [button("draw", "Draw data", "Draw the real data yourself", () => this.openSketch())] : []),
      ...files,
      this.folded("Save and copy", button("code", "Copy as Python", "Code that trains exactly what is on screen, with this package", tells({ type: "code" })),
      ...(this.can("slow") ? [button("plain", "Copy as PyTorch", "The same training in plain PyTorch, without this package", tells({ type: "plain" }))] : []),
      button("png", "Save PNG", "The picture as a PNG file, with its seed, step and settings", () => this.savePicture()),
      button("svg", "Save SVG", "The picture as lines and letters, for print and slides", tells({ type: "picture", format: ".svg" })),
      ...share),
      button("window", "Whole window", "Fills the screen, with larger letters, and leaves it again (key F)", () => this.toWindow()),
      make("label", { class: "gan-scrub" }, "look back ", this.scrubber, this.when),
      button("back", "Go on from here", "Takes the training back to the step that is shown", () => this.goBack()),
      button("rescue", "Back to the last good frame", "Goes back to before the numbers were not finite any more", asks({ type: "back" })));
    return [steps, more];
  }

  folded(name, ...buttons) { // buttons that are seldom wanted, over the picture while they are open
    const box = make("details", { class: "gan-more" }, make("summary", { "data-lm-suppress-shortcuts": "true" }, name), make("div", {}, ...buttons));
    const close = () => { box.open = false; };
    box.addEventListener("click", (event) => { if (event.target.closest("button")) close(); });
    box.addEventListener("keydown", (event) => { if (event.key === "Escape") { close(); box.firstChild.focus(); } });
    box.addEventListener("focusout", (event) => { if (!box.contains(event.relatedTarget)) close(); });
    return box;
  }

  setups() { // scenes that a button sets up, where the lab has them
    const found = this.model.get("spec").setups || [];
    if (!found.length) return [];
    this.scenes = found.map(({ name, label, help }) => make("button", { type: "button", title: help, "data-setup": name, onclick: () => this.ask({ type: "setup", name }) }, label));
    const told = this.buttons.diagnosis = make("button", { type: "button", title: "What breaks, and how one sees it: say it yourself first", "data-do": "diagnosis", onclick: () => this.clock.send({ type: "diagnosis" }) }, "What is it?");
    return [make("div", { class: "gan-transport gan-setups", role: "group", "aria-label": "Scenes that break down" }, make("span", {}, "Break it:"), ...this.scenes, told)];
  }

  savePicture() { // of what was looked back at the page alone has the picture
    if (this.clock.live && !this.clock.gone) this.clock.send({ type: "picture", format: ".png" });
    else savePicture(this.picture.canvas, "gan.png");
  }

  goBack() { this.ask({ type: "back", step: this.clock.shown.step }); }

  controls() {
    const { clock, buttons } = this;
    buttons.play.textContent = clock.playing ? "❚❚ Pause" : "▶ Play";
    for (const name of Object.keys(buttons)) buttons[name].disabled = clock.alone && !["png", "window"].includes(name);
    if (buttons.slow) {
      buttons.slow.setAttribute("aria-pressed", clock.slow);
      buttons.next.hidden = !clock.slow;
    }
    for (const name of ["D", "G", "both"]) buttons[name].disabled = buttons[name].disabled || clock.playing;
    if (buttons.diagnosis) buttons.diagnosis.disabled = buttons.diagnosis.disabled || this.model.get("spec").setup === "normal";
    buttons.undo.disabled = buttons.undo.disabled || !clock.undo;
    buttons.undo.title = clock.undo ? "Takes back: " + clock.undo : "Nothing to take back yet";
    for (const scene of this.scenes || []) {
      scene.disabled = clock.alone;
      if (scene.dataset.setup !== "normal") scene.setAttribute("aria-pressed", scene.dataset.setup === this.model.get("spec").setup);
    }
    buttons.back.hidden = clock.live;
    buttons.rescue.hidden = !(clock.shown && clock.shown.notice);
    this.speed.value = clock.speed();
    const n = clock.film.frames.length;
    this.scrubber.max = Math.max(0, n - 1);
    this.scrubber.disabled = n < 2;
    if (clock.live) this.scrubber.value = n - 1;
    if (clock.shown) { this.when.textContent = "step " + grouped(clock.shown.step); this.scrubber.setAttribute("aria-valuetext", this.when.textContent); }
    this.speak();
  }

  showSettings({ name, index, note, undo }) {
    if (note || name) this.say(note);
    this.clock.undo = undo;
    this.settings.place(name, index);
    if (this.ofNetworks) this.showNetworks(); // they may be others now
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
    const playing = this.clock.playing;
    if (playing) this.clock.pause();
    const panel = this.model.get("spec").panels[0].id;
    const width = panel === "densities" ? 1 : 2;
    const start = this.drawn.length && this.drawn[0].length === width ? this.drawn : [];
    const done = (points) => { this.leaveSketch(); this.ask({ type: "draw", points }); if (playing) this.clock.play(); };
    this.before = this.picture.chosen; // one draws on the picture alone
    this.picture.choose("picture");
    this.picture.width = 0;
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
    this.picture.width = 0;
    this.picture.choose(this.before);
    this.buttons.draw.setAttribute("aria-pressed", "false");
    this.buttons.draw.focus();
  }

  // -- frames

  speak() {
    if (this.clock.shown) this.spoken.sayNowAndThen(this.clock.shown.summary, this.clock.playing ? 4000 : 0);
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
