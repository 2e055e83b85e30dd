// Every operation of the API.
import type {Operation} from "../operation.ts";
import {edgeOperations} from "./edges.ts";
import {episodeOperations} from "./episodes.ts";
import {memoryOperations} from "./memory.ts";
import {recallOperation} from "./recall.ts";

export {streamOperations as STREAMS} from "./streams.ts";

import {spaceOperations} from "./spaces.ts";

export const OPERATIONS: readonly Operation[] = [
  ...spaceOperations,
  ...episodeOperations,
  ...edgeOperations,
  recallOperation,
  ...memoryOperations,
];
