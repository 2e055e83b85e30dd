// MNIST: 70,000 images of handwritten digits as vectors of 784 pixels, from the IDX files of their authors.
import {readFileSync} from "node:fs";
import {gunzipSync} from "node:zlib";
import type {Dataset} from "./dataset.ts";

export const DIMENSION = 784;
/** Images of train-images, what is searched; those of t10k-images are the queries: by other writers. */
export const IMAGES = 60_000;
export const QUERIES = 10_000;

const MAGIC_IMAGES = 0x803;
const HEADER_BYTES = 16;

/** The first `count` images of an IDX file, each scaled to unit length: count × 784. */
function unitImages(path: string, count: number): Float32Array {
  const bytes = gunzipSync(readFileSync(path));
  const [magic, images, rows, columns] = [0, 4, 8, 12].map((at) => bytes.readUInt32BE(at));
  if (magic !== MAGIC_IMAGES || (rows ?? 0) * (columns ?? 0) !== DIMENSION || (images ?? 0) < count)
    throw new TypeError(
      `${path} holds ${images} images of ${rows} × ${columns}, not ${count} of 28 × 28; take the file from its home`,
    );
  const vectors = Float32Array.from(bytes.subarray(HEADER_BYTES, HEADER_BYTES + count * DIMENSION));
  for (let first = 0; first < vectors.length; first += DIMENSION) {
    const image = vectors.subarray(first, first + DIMENSION);
    let square = 0;
    for (const pixel of image) square += pixel * pixel;
    const length = Math.sqrt(square);
    for (let at = 0; at < DIMENSION; at++) image[at] = (image[at] as number) / length;
  }
  return vectors;
}

/** The first `count` training images, unit length: count × 784. Cosine order, not the raw pixels' Euclidean one. */
export function imageVectors(dataset: Dataset, count = IMAGES): Float32Array {
  return unitImages(dataset.file("train-images-idx3-ubyte.gz"), count);
}

/** The first `count` test images, unit length: count × 784. */
export function imageQueries(dataset: Dataset, count = QUERIES): Float32Array {
  return unitImages(dataset.file("t10k-images-idx3-ubyte.gz"), count);
}
