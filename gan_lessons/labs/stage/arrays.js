// Arrays with names: what arrays.py packs, in the one place where bytes become numbers.

const KINDS = { float32: Float32Array, uint8: Uint8Array, uint16: Uint16Array, float16: Uint16Array }; // float16: its codes

// spec: name -> {dtype, shape}, in their order. bytes: a buffer, or a view of one. Gives typed arrays, by name.
function unpack(spec, bytes) {
  const buffer = bytes.buffer ? bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) : bytes.slice(0);
  const found = {};
  let at = 0;
  for (const [name, { dtype, shape }] of Object.entries(spec)) {
    const Kind = KINDS[dtype], size = Kind.BYTES_PER_ELEMENT, n = shape.reduce((all, one) => all * one, 1);
    at = Math.ceil(at / size) * size;
    found[name] = new Kind(buffer, at, n);
    at += n * size;
  }
  return found;
}
