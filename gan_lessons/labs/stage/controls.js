// The settings of a lab: sliders and lists to choose from, in groups. Needs page.js and paint.js.

const FOLDED = ["data", "D", "G", "training"]; // at first; what a lesson names stands above them

class Controls {
  // set(name, value): what a person chose. Each setting has one change under way at a time, and then only the newest.
  constructor(set) {
    this.set = set; this.entries = {}; this.open = {};
    this.box = make("div", { class: "gan-settings" });
  }

  show(settings) {
    const focus = document.activeElement && this.box.contains(document.activeElement) ? document.activeElement.dataset.set : null;
    const groups = new Map();
    const before = this.entries;
    this.entries = {};
    for (const setting of settings) {
      const group = setting.group || "";
      if (!groups.has(group)) groups.set(group, make("div", { class: "gan-sliders", role: "group", "aria-label": group || "Settings" }));
      groups.get(group).append(this.entry(setting, before[setting.name]));
    }
    // a group that was opened just now has not told it yet
    for (const group of this.box.querySelectorAll("details")) this.open[group.dataset.group] = group.open;
    this.box.replaceChildren(...[...groups].map(([name, node]) => (name ? this.folded(name, node) : node)));
    if (focus && this.entries[focus]) this.entries[focus].input.focus();
  }

  folded(name, node) {
    const details = make("details", { class: "gan-group", "data-group": name, ontoggle: () => { this.open[name] = details.open; } }, make("summary", { "data-lm-suppress-shortcuts": "true" }, name), node);
    details.open = this.open[name] !== undefined ? this.open[name] : !FOLDED.includes(name);
    return details;
  }

  entry(setting, before) {
    const choice = setting.kind === "choice";
    const input = choice ? make("select", { "data-set": setting.name })
      : make("input", { type: "range", min: 0, max: setting.values.length - 1, step: 1, "data-set": setting.name });
    if (choice) input.append(...setting.values.map((value, i) => make("option", { value: i }, String(value))));
    const value = make("output", {});
    const entry = { input, value, setting, choice, busy: Boolean(before && before.busy), waiting: false };
    const send = () => { entry.busy = true; entry.waiting = false; this.set(setting.name, setting.values[Number(input.value)]); };
    input.addEventListener("input", () => { this.label(entry); if (entry.busy) entry.waiting = true; else send(); });
    entry.answered = () => { entry.busy = false; if (entry.waiting) send(); };
    this.entries[setting.name] = entry;
    input.value = setting.index;
    this.label(entry);
    return make("label", { title: setting.help, class: choice ? "gan-choice" : null }, make("span", {}, setting.label), input, choice ? "" : value);
  }

  label(entry) {
    if (entry.choice) return;
    const shown = text(Number(entry.setting.values[Number(entry.input.value)].toPrecision(4)));
    entry.value.textContent = shown;
    entry.input.setAttribute("aria-valuetext", shown);
  }

  place(name, index) { // where the training is; what a person moves meanwhile stays
    for (const [key, at] of Object.entries(index)) {
      const entry = this.entries[key];
      if (entry && !entry.waiting && (key === name || !entry.busy)) { entry.input.value = at; this.label(entry); }
    }
    if (name && this.entries[name]) this.entries[name].answered();
  }
}
