// Many questions at once by as many clients as keep all threads busy: for systems whose own call takes one question.

export interface Together {
  dimension: number;
  k: number;
  /** Clients that each wait for their own answer. */
  clients: number;
}

/** Ordinals of n × k neighbours, row by row, of n × dimension queries; `nearest` answers one query. */
export async function askedTogether(
  queries: Float32Array,
  {dimension, k, clients}: Together,
  nearest: (query: Float32Array) => Promise<ArrayLike<number>>,
): Promise<Uint32Array> {
  const n = queries.length / dimension;
  const ordinals = new Uint32Array(n * k);
  let next = 0;
  const client = async () => {
    for (let at = next++; at < n; at = next++)
      ordinals.set(await nearest(queries.subarray(at * dimension, (at + 1) * dimension)), at * k);
  };
  await Promise.all(Array.from({length: clients}, client));
  return ordinals;
}

/** One waiting for each that runs. */
export const CLIENTS_PER_THREAD = 2;
