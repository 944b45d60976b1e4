// Digits on a canvas, in the page's colours, and other pictures in their own. Needs page.js. Digits come as one byte a
// pixel, 0 paper and 255 ink; other grey pictures too, and colours as all bytes of red, then of green and of blue.

const SIDE = 28; // pixels of a digit
const REST = 250; // ms without a change before words are asked for, and what else takes long
const LEAVE = 3000; // ms without a change before a picture of it is left in the notebook
const A_MARK = ["A", "#0072B2", "#fff"], B_MARK = ["B", "#CC79A7", "#000"];

// ---- Tiles: digits on one canvas ------------------------------------------------------------------------------

class Tiles {
  constructor(columns, attributes, { sharp = false, gap = 1, shape = [1, SIDE, SIDE], digits = true } = {}) {
    Object.assign(this, { columns, sharp, gap, channels: shape[0], side: shape[1], digits, n: 0, drawn: 0, marks: [] });
    this.canvas = make("canvas", attributes);
    this.store = document.createElement("canvas"); // the digits below each other, each pixel once
  }

  set(bytes) {
    this.bytes = bytes;
    this.n = bytes.length / (this.channels * this.side * this.side);
    this.stale = true;
  }

  // lookup: RGBA of each of the 256 inks, as one number
  draw(lookup, paper) {
    const { canvas, columns, gap, side } = this, ratio = window.devicePixelRatio || 1, wide = canvas.clientWidth;
    if (!this.n || !wide) return;
    if (this.stale || this.lookup !== lookup) this.fill(lookup);
    const cell = wide / columns, rows = Math.ceil(this.n / columns), ctx = canvas.getContext("2d");
    canvas.width = Math.round(wide * ratio); canvas.height = Math.round(cell * rows * ratio);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.fillStyle = paper; ctx.fillRect(0, 0, wide, cell * rows);
    ctx.imageSmoothingEnabled = !this.sharp; ctx.imageSmoothingQuality = "high";
    for (let i = 0; i < this.n; i++) {
      const x = (i % columns) * cell, y = Math.floor(i / columns) * cell;
      ctx.drawImage(this.store, 0, i * side, side, side, x + gap / 2, y + gap / 2, cell - gap, cell - gap);
    }
    this.marks.forEach(([i, mark]) => this.mark(ctx, (i % columns) * cell, Math.floor(i / columns) * cell, cell, mark));
    canvas.dataset.drawn = ++this.drawn;
  }

  fill(lookup) {
    const { side, bytes, channels } = this, area = side * side;
    this.store.width = side; this.store.height = side * this.n;
    const ctx = this.store.getContext("2d"), image = ctx.createImageData(side, side * this.n), inks = new Uint32Array(image.data.buffer);
    if (this.digits && channels === 1) inks.set(Uint32Array.from(bytes, (ink) => lookup[ink]));
    else for (let i = 0; i < area * this.n; i++) {
      const at = channels * area * Math.floor(i / area) + (i % area), light = (c) => (channels === 1 ? 255 - bytes[at] : bytes[at + c * area]);
      inks[i] = (255 << 24) | (light(2) << 16) | (light(1) << 8) | light(0);
    }
    ctx.putImageData(image, 0, 0);
    this.stale = false; this.lookup = lookup;
  }

  mark(ctx, x, y, cell, [letter, color, ink]) { // a frame around a digit, with its letter in a corner
    const size = Math.max(11, Math.min(16, cell * 0.38));
    ctx.strokeStyle = color; ctx.lineWidth = 3; ctx.strokeRect(x + 1.5, y + 1.5, cell - 3, cell - 3);
    ctx.fillStyle = color; ctx.fillRect(letter === "A" ? x : x + cell - size, y, size, size);
    ctx.fillStyle = ink; ctx.font = `600 ${size - 2}px system-ui, sans-serif`; ctx.textAlign = "center"; ctx.textBaseline = "middle";
    ctx.fillText(letter, letter === "A" ? x + size / 2 : x + cell - size / 2, y + size / 2 + 0.5);
  }
}

// The colours of the page: ink and paper as it has them, and all shades between.
function colors(root) {
  const style = getComputedStyle(root), canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const ctx = canvas.getContext("2d", { willReadFrequently: true });
  const read = (color) => { ctx.fillStyle = color; ctx.fillRect(0, 0, 1, 1); return [...ctx.getImageData(0, 0, 1, 1).data]; };
  const paper = read(style.getPropertyValue("--gan-paper").trim() || "#fff"), ink = read(style.color); // ink may be thin: it is read on paper
  const lookup = Uint32Array.from({ length: 256 }, (_, i) => {
    const [r, g, b] = paper.map((low, channel) => Math.round(low + ((ink[channel] - low) * i) / 255));
    return (255 << 24) | (b << 16) | (g << 8) | r;
  });
  const shade = (channels) => `rgb(${channels.slice(0, 3).join()})`;
  return { lookup, paper: shade(paper), line: style.getPropertyValue("--gan-line").trim() || "#bbb" };
}
