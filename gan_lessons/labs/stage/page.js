// What every page of a lab has: elements, colours that change, words that are spoken, and a kernel that may be silent.

const PATIENCE_MS = 8000; // how long an answer of the kernel may take before the page says something
const STYLES_MS = 300; // that a theme's style sheets may take to come; until then nothing has a size or the new colours
const REST_MS = 700; // without a movement before words are spoken

function make(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined) node.setAttribute(key, value);
  }
  // JupyterLab must not take our keys: without this, the arrows would move between cells and not the slider. It looks
  // for this on the focused node itself, on one around it is too late.
  if (["button", "input", "select", "textarea"].includes(tag)) node.setAttribute("data-lm-suppress-shortcuts", "true");
  node.append(...children);
  return node;
}

// again() is called when an element gets another size, or the page other colours. Gives a function that ends this.
function observeLook(root, again) {
  const size = new ResizeObserver(again), theme = new MutationObserver(() => { again(); setTimeout(again, STYLES_MS); }), dark = window.matchMedia("(prefers-color-scheme: dark)");
  size.observe(root);
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-name", "data-jp-theme-light"] }); // as JupyterLab names it
  dark.addEventListener("change", again);
  window.addEventListener("resize", again);
  return () => { size.disconnect(); theme.disconnect(); dark.removeEventListener("change", again); window.removeEventListener("resize", again); };
}

// Words for a screen reader. A live region that changed with every movement would never be heard.
class Spoken {
  constructor() { this.node = make("p", { class: "gan-spoken", role: "status" }); this.last = -Infinity; }

  say(words) {
    this.last = performance.now();
    if (this.node.textContent !== words) this.node.textContent = words;
  }

  sayNowAndThen(words, ms = 4000) { if (performance.now() - this.last >= ms) this.say(words); }

  sayAtRest(words, ms = REST_MS) { // words(): asked for when nothing has moved for so long
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.say(words()), ms);
  }

  close() { clearTimeout(this.waiting); }
}

// The kernel behind a widget. hear(message, buffers): what it sends. say(words): puts a note on the page, "" takes it away.
// lost(): it is gone for good, and `gone` says so.
class Kernel {
  constructor(model, { hear, say, lost = () => {}, words = ": run its cell again." }) {
    Object.assign(this, { model, say, lost, words, gone: "", sent: 0, waiting: 0, worried: false, heard: false, silent: false });
    this.on = {
      "msg:custom": (message, buffers) => {
        this.heard = true;
        this.answered();
        if (message.heard < this.sent) this.wait(); // an answer to what was asked before: the last is still to come
        hear(message, buffers);
      },
      comm_live_update: () => this.end(),
    };
    for (const [event, action] of Object.entries(this.on)) model.on(event, action);
  }

  send(message) { // every message is answered
    if (this.gone) return this.say(this.gone);
    this.sent = performance.timeOrigin + performance.now();
    try {
      this.model.send({ ...message, sent: this.sent });
    } catch (error) { // a kernel that was shut down
      return this.end();
    }
    this.wait();
  }

  wait() { if (!this.waiting) this.waiting = setInterval(() => this.worry(), PATIENCE_MS); }

  end() {
    this.gone = `The kernel behind this lab is gone${this.words}`;
    this.answered();
    this.say(this.gone);
    this.lost();
  }

  worry() {
    this.worried = true;
    if (!this.heard) { // it was saved with the notebook, and nothing is behind it; or a cell runs for long
      this.silent = true;
      this.lost();
      return this.say("No kernel has answered for this lab yet. If the notebook was just opened, run this lab's cell.");
    }
    this.say("The kernel has not answered for a while: it may be busy with a cell. If it was restarted, run this lab's cell again.");
  }

  answered() {
    clearInterval(this.waiting);
    this.waiting = 0;
    if (this.worried) this.say(""); // it was only busy
    this.worried = this.silent = false;
  }

  close() {
    clearInterval(this.waiting);
    for (const [event, action] of Object.entries(this.on)) this.model.off(event, action);
  }
}
