// IEEE 754 binary16 to binary32, by table: 65,536 entries once, then one lookup per value.

let table: Float32Array | undefined;

function decode(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024);
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

export function float16ToFloat32(halves: Uint16Array): Float32Array {
  if (table === undefined) table = Float32Array.from({length: 65_536}, (_, half) => decode(half));
  const floats = new Float32Array(halves.length);
  for (let index = 0; index < halves.length; index++)
    floats[index] = table[halves[index] as number] as number;
  return floats;
}
