// Newline-delimited JSON: one value a line, as the lines come.

export async function* ndjson<T>(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<T> {
  const text = new TextDecoder();
  let rest = "";
  for await (const piece of pieces) {
    const lines = (rest + text.decode(piece, {stream: true})).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") yield JSON.parse(line) as T;
  }
  // A line without its end was cut off: it is not a value.
}
