// Frames between this process and a side process of another language: typed values, little-endian, no copying of
// numbers into text. Frame: u32 bytes of all values, u8 count; each value: u8 tag, u32 bytes, data.

export type Value = string | number | Float32Array | Uint32Array | Float64Array | Uint8Array;

const HEADER_BYTES = 5;
const VALUE_BYTES = 5;
/** The length is a u32, and Java's arrays hold less than 2 GiB. */
const FRAME_BYTES_MAX = 2 ** 31 - 1;

const ARRAYS = [
  {tag: 3, Type: Float32Array},
  {tag: 4, Type: Uint32Array},
  {tag: 5, Type: Float64Array},
  {tag: 6, Type: Uint8Array},
] as const;
const TEXT = 1;
const NUMBER = 2;

const bytesOf = (view: ArrayBufferView) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

function encodeValue(value: Value): {tag: number; data: Uint8Array} {
  if (typeof value === "string") return {tag: TEXT, data: new TextEncoder().encode(value)};
  if (typeof value === "number") return {tag: NUMBER, data: bytesOf(Float64Array.of(value))};
  const {tag} = ARRAYS.find(({Type}) => value instanceof Type) as (typeof ARRAYS)[number];
  return {tag, data: bytesOf(value)};
}

function decodeValue(tag: number, data: Uint8Array): Value {
  if (tag === TEXT) return new TextDecoder().decode(data);
  const {buffer} = new Uint8Array(data); // a copy: aligned, and free of the frame it came in
  if (tag === NUMBER) return new Float64Array(buffer)[0] as number;
  const known = ARRAYS.find((each) => each.tag === tag);
  if (known === undefined) throw new RangeError(`a frame holds a value of the unknown kind ${tag}`);
  return new known.Type(buffer);
}

/** The parts of a frame, to be written one after the other. */
export function encode(values: readonly Value[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const {tag, data} of values.map(encodeValue)) {
    const head = new Uint8Array(VALUE_BYTES);
    head[0] = tag;
    new DataView(head.buffer).setUint32(1, data.length, true);
    parts.push(head, data);
    length += VALUE_BYTES + data.length;
  }
  if (length > FRAME_BYTES_MAX)
    throw new RangeError(`a frame of ${length} bytes is over the limit of ${FRAME_BYTES_MAX}`);
  const head = new Uint8Array(HEADER_BYTES);
  new DataView(head.buffer).setUint32(0, length, true);
  head[4] = values.length;
  return [head, ...parts];
}

function decode(count: number, body: Uint8Array): Value[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const values: Value[] = [];
  for (let at = 0; values.length < count; ) {
    const length = view.getUint32(at + 1, true);
    values.push(decodeValue(view.getUint8(at), body.subarray(at + VALUE_BYTES, at + VALUE_BYTES + length)));
    at += VALUE_BYTES + length;
  }
  return values;
}

/** Takes chunks as they come and gives whole frames to `frame`. */
export function frameReader(frame: (values: Value[]) => void): (chunk: Uint8Array) => void {
  let waiting: Uint8Array[] = [];
  let have = 0;
  return (chunk) => {
    waiting.push(chunk);
    have += chunk.length;
    while (have >= HEADER_BYTES) {
      if ((waiting[0] as Uint8Array).length < HEADER_BYTES) waiting = [Buffer.concat(waiting)];
      const head = waiting[0] as Uint8Array;
      const whole = HEADER_BYTES + new DataView(head.buffer, head.byteOffset).getUint32(0, true);
      if (have < whole) return;
      const bytes = waiting.length === 1 ? head : Buffer.concat(waiting);
      waiting = bytes.length > whole ? [bytes.subarray(whole)] : [];
      have -= whole;
      frame(decode(bytes[4] as number, bytes.subarray(HEADER_BYTES, whole)));
    }
  };
}
