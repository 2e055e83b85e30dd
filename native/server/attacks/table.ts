// The attack list as a table, with what the honest client beside each saw: from the events of Node's test runner.

interface Told {
  type: string;
  data: {name?: string; message?: string; nesting?: number; details?: {error?: {message?: string}}};
}

const NAME_WIDTH = 58;
const HONEST = "honest client: ";

/** Lines as tests end: whether the server withstood, the attack, and what the honest client saw. */
export default async function* table(events: AsyncIterable<Told>): AsyncGenerator<string> {
  let open = "";
  let failed = 0;
  for await (const {type, data} of events) {
    if (type === "test:diagnostic" && data.message?.startsWith(HONEST) && open !== "") {
      yield `${open}${data.message.slice(HONEST.length)}\n`;
      open = "";
    } else if ((type === "test:pass" || type === "test:fail") && data.nesting === 0) {
      if (open !== "") yield `${open}\n`;
      const passed = type === "test:pass";
      if (!passed) failed++;
      const name = (data.name ?? "").replace(/^withstands /, "");
      open = `${passed ? "✓" : "✗"} ${name.padEnd(NAME_WIDTH)} `;
      if (!passed) open += `${data.details?.error?.message ?? "failed"} `;
    }
  }
  if (open !== "") yield `${open}\n`;
  yield failed === 0 ? "the server withstood all of them\n" : `the server did not withstand ${failed}\n`;
}
