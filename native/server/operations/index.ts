// Every operation of the API.
import type {Operation} from "../operation.ts";
import {edgeOperations} from "./edges.ts";
import {episodeOperations} from "./episodes.ts";
import {recallOperations} from "./recall.ts";
import {spaceOperations} from "./spaces.ts";

export const OPERATIONS: readonly Operation[] = [
  ...spaceOperations,
  ...episodeOperations,
  ...edgeOperations,
  ...recallOperations,
];
