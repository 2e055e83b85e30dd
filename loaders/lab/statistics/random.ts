// Seeded randomness: xoshiro128** (Blackman & Vigna 2021) in streams that are named, so that drawing more
// from one changes no other. Seeds go through FNV-1a and SplitMix64, as its authors advise.

const MASK_64 = 0xffffffffffffffffn;

/** FNV-1a, 64 bit, over UTF-8 (RFC 9923). */
export function fnv1a64(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text))
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & MASK_64;
  return hash;
}

/** SplitMix64 (Steele, Lea & Flood 2014): 64-bit integers. */
export function splitmix64(seed: bigint): () => bigint {
  let state = seed & MASK_64;
  return () => {
    state = (state + 0x9e3779b97f4a7c15n) & MASK_64;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK_64;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK_64;
    return z ^ (z >> 31n);
  };
}

const rotate = (x: number, by: number) => (x << by) | (x >>> (32 - by));

/** xoshiro128**: 32-bit unsigned integers from four words of state, not all zero. */
export function xoshiro128(state: readonly [number, number, number, number]): () => number {
  let [a, b, c, d] = state;
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
}

/** Uniform in [0, 1) with 32 bits, by seed and name of the stream. */
export function stream(seed: number, name: string): () => number {
  const next = splitmix64(fnv1a64(`${seed}/${name}`));
  const words = () => {
    const word = next();
    return [Number(word & 0xffffffffn), Number(word >> 32n)] as const;
  };
  const integers = xoshiro128([...words(), ...words()]);
  return () => integers() / 2 ** 32;
}

/** 0…n−1 in random order (Fisher & Yates, by Durstenfeld 1964). */
export function permutation(n: number, random: () => number): Uint32Array {
  const order = Uint32Array.from({length: n}, (_, index) => index);
  for (let last = n - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const swap = order[last] as number;
    order[last] = order[other] as number;
    order[other] = swap;
  }
  return order;
}
