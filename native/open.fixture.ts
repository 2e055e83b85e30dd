// Tries to open a directory and tells its parent how that went. Used by input.test.ts.
import {Engine, type EngramError} from "./engine.ts";

try {
  await (await Engine.open(process.argv[2] ?? "")).close();
  process.send?.({name: "opened"});
} catch (error) {
  const {name, code, message} = error as EngramError;
  process.send?.({name, code, message});
}
process.disconnect();
