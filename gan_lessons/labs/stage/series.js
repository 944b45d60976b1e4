// Pictures along a slider, made before: what a lab that needs a kernel shows in a page without one. Needs page.js.
//
// all: {note, series: [{label, places: [{value, html, words, folds: [[label, words], ...]}, ...]}, ...]}. Each series has
// the slider to itself; a list chooses among several.

class SeriesView {
  constructor(root, { note, series }) {
    Object.assign(this, { series, at: 0, places: series.map(({ start }) => start), nodes: new Map(), spoken: new Spoken() });
    root.classList.add("gan-stage");
    this.choice = make("select", { "data-do": "series", "aria-label": "What the slider moves", onchange: () => { this.at = Number(this.choice.value); this.show(); } },
      ...series.map(({ label }, i) => make("option", { value: i }, label)));
    this.input = make("input", { type: "range", min: 0, step: 1, "data-do": "place", oninput: () => { this.places[this.at] = Number(this.input.value); this.show(); } });
    this.output = make("output", {});
    this.picture = make("div", { class: "gan-seen" });
    this.words = make("p", {});
    this.folds = make("div", {});
    const first = series.length > 1 ? this.choice : make("span", {}, series[0].label);
    root.append(make("div", { class: "gan-transport" }, first, make("label", { class: "gan-scrub" }, make("span", { class: "gan-spoken" }, "place"), this.input, this.output)),
      this.picture, this.words, this.folds, make("p", { class: "gan-kept" }, note), this.spoken.node);
    this.show();
  }

  node(place) { // made once, so that no picture is read again
    if (!this.nodes.has(place)) {
      const node = make("div", {});
      node.innerHTML = place.html;
      for (const image of node.querySelectorAll("img")) image.decoding = "sync";
      this.nodes.set(place, node);
    }
    return this.nodes.get(place);
  }

  show() {
    const { places } = this.series[this.at], i = this.places[this.at], place = places[i];
    Object.assign(this.input, { max: places.length - 1, disabled: places.length < 2 });
    this.input.value = i;
    this.output.textContent = place.value;
    this.input.setAttribute("aria-valuetext", place.value);
    this.picture.replaceChildren(this.node(place));
    this.words.textContent = place.words;
    this.folds.replaceChildren(...place.folds.map(([label, words]) => make("details", {}, make("summary", {}, label), make("p", {}, words))));
    this.spoken.sayAtRest(() => `${place.value}. ${place.words}`);
    document.body.dataset.place = this.at + " " + i;
  }
}
