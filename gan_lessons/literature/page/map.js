(() => {
  const root = document.currentScript.closest(".gan-literature");
  const chips = new Map([...root.querySelectorAll("[data-key]")].map((chip) => [chip.dataset.key, chip]));
  const panel = root.querySelector(".gan-panel");
  const sheet = root.querySelector(".gan-chart");
  const svg = root.querySelector("svg");
  const on = (key) => chips.get(key).dataset.on.split(" ").filter((other) => chips.has(other));
  let chosen = "";

  // of a chosen paper: all that it goes back to, and what built on it directly
  function edges(key) {
    const back = new Map(), todo = key ? [key] : [];
    while (todo.length) {
      const next = todo.pop();
      for (const other of on(next)) {
        if (!back.has(other)) todo.push(other);
        back.set(other, back.get(other) || key === next);
        lines.push([other, next, key === next ? "gan-back" : "gan-far"]);
      }
    }
    return back;
  }
  let lines = [];

  function show(key) {
    lines = [];
    const back = edges(key);
    const ahead = new Set(key ? [...chips.keys()].filter((other) => on(other).includes(key)) : []);
    for (const other of ahead) lines.push([key, other, "gan-ahead"]);
    if (!key) for (const other of chips.keys()) for (const one of on(other)) lines.push([one, other, "gan-all"]);
    for (const [other, chip] of chips) {
      chip.classList.toggle("gan-chosen", other === key);
      chip.classList.toggle("gan-back", back.has(other));
      chip.classList.toggle("gan-ahead", ahead.has(other));
      chip.setAttribute("aria-pressed", String(other === chosen));
    }
    sheet.classList.toggle("gan-some", Boolean(key));
    for (const details of panel.children) details.hidden = details.dataset.of !== key;
    draw();
  }

  function draw() {
    const from = sheet.getBoundingClientRect();
    svg.setAttribute("width", sheet.scrollWidth);
    svg.setAttribute("height", sheet.scrollHeight);
    const box = (key) => { const b = chips.get(key).getBoundingClientRect(); return { l: b.left - from.left, r: b.right - from.left, t: b.top - from.top, b: b.bottom - from.top }; };
    const paths = lines.map(([older, newer, kind]) => {
      const a = box(older), b = box(newer), down = b.t > a.t;
      if (b.l >= a.r) { // to the right: from side to side
        const y = (a.t + a.b) / 2, v = (b.t + b.b) / 2, bend = Math.max(12, (b.l - a.r) / 2);
        return `<path class="${kind}" d="M${a.r} ${y}C${a.r + bend} ${y} ${b.l - bend} ${v} ${b.l} ${v}"/>`;
      }
      const x = (a.l + a.r) / 2, u = (b.l + b.r) / 2, y = down ? a.b : a.t, v = down ? b.t : b.b, middle = (y + v) / 2;
      return `<path class="${kind}" d="M${x} ${y}C${x} ${middle} ${u} ${middle} ${u} ${v}"/>`;
    });
    svg.innerHTML = paths.join("");
  }

  function choose(key) {
    chosen = key;
    if (key) chips.get(key).scrollIntoView({ block: "nearest", inline: "nearest" });
    for (const [other, chip] of chips) chip.tabIndex = other === (key || first) ? 0 : -1;
    show(key);
  }

  // the nearest chip in the direction of an arrow key; what lies aside counts more than what lies far
  function neighbour(key, dx, dy) {
    const centre = (chip) => { const b = chip.getBoundingClientRect(); return [(b.left + b.right) / 2, (b.top + b.bottom) / 2]; };
    const [x, y] = centre(chips.get(key));
    let best = key, least = Infinity;
    for (const [other, chip] of chips) {
      const [u, v] = centre(chip), ahead = (u - x) * dx + (v - y) * dy, aside = Math.abs((u - x) * dy + (v - y) * dx);
      if (ahead > 3 && ahead + 4 * aside < least) [best, least] = [other, ahead + 4 * aside];
    }
    return best;
  }

  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  panel.open = true;
  const first = chips.keys().next().value;
  for (const [key, chip] of chips) {
    chip.removeAttribute("title"); // the panel says it
    chip.setAttribute("role", "button");
    chip.addEventListener("focus", () => choose(key));
    chip.addEventListener("click", (event) => { event.preventDefault(); choose(key); });
    chip.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") show(key); });
    chip.addEventListener("pointerleave", () => show(chosen));
    chip.addEventListener("keydown", (event) => {
      if (STEPS[event.key]) chips.get(neighbour(key, ...STEPS[event.key])).focus();
      else if (event.key === "Enter" || event.key === " ") panel.querySelector(`[data-of="${key}"] a`).focus();
      else if (event.key === "Escape") choose("");
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }
  panel.addEventListener("click", (event) => {
    const key = event.target.dataset.go;
    if (key) chips.get(key).focus();
  });
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape" && chosen) chips.get(chosen).focus(); });
  new ResizeObserver(draw).observe(sheet);
  choose("");
})();
