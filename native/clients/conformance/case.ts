// The suite as data: what a client is asked to do, what goes wrong on the way, what must come out. Every
// client has a small program that takes a step a line and answers a line; all judging is here, once.

/** What happens to the next request on its way, one each, in this order. */
export type Fault =
  /** Answered by something in between. */
  | {kind: "status"; status: number; retryAfter?: string; body?: string}
  /** The connection breaks before the server sees the request. */
  | {kind: "reset"}
  /** The server does it, the answer is lost. */
  | {kind: "lost"}
  /** Reaches the server so much later. */
  | {kind: "hold"; ms: number}
  /** The answer breaks off after so many bytes of its body. */
  | {kind: "cut"; bytes: number}
  /** The answer falls silent after so many. */
  | {kind: "stall"; bytes: number}
  /** The server's own answer comes with these headers besides. */
  | {kind: "headers"; headers: Record<string, string>};

/** What a client's program is told: one line of JSON. */
export interface Command {
  /** A method of the API by the operation's name. */
  call: string;
  space?: string;
  args?: Record<string, unknown>;
  /** Of a new client that lives for this case: sent once, before the first call. */
  client?: {
    url: string;
    key: string | null;
    timeoutMs: number;
    retries: number;
    baseMs: number;
    version?: "v1" | "v2";
  };
  /** Leave the stream after so many values. */
  take?: number;
  /** Cancel the call so long after it began. */
  cancelAfterMs?: number;
}

/** An answer told that its operation is deprecated. Times in ms since 1970. */
export interface Warning {
  operation: string;
  since: number | null;
  sunset: number | null;
  successor: string | null;
}

/** What it answers: one line of JSON. */
export interface Reply {
  value?: unknown;
  error?: {kind: string; code: string; status: number; attempts: number; message: string; remedy: string};
  /** What the client's hook was told during the call. */
  warnings?: Warning[];
}

/** What the proxy saw of one step. */
export interface Traffic {
  requests: number;
  /** Distinct idempotency keys; requests without one count as "". */
  keys: number;
  /** Sockets that carried them, over the whole case. */
  connections: number;
  /** Requests whose client left before the answer was whole. */
  abandoned: number;
}

/** One request that reached the server, and whether its answer warned that it will go. */
export interface Use {
  method: string;
  /** Without the query. */
  path: string;
  status: number;
  warned: boolean;
}

export interface Step {
  call: string;
  args?: Record<string, unknown>;
  take?: number;
  cancelAfterMs?: number;
  faults?: Fault[];
  /** Added to the name of the case's space, for a step in another. */
  space?: string;
  /** Somebody else's request to the case's space, so long after the call began. */
  meanwhile?: {afterMs: number; method: string; path: string; body?: unknown};
  /** Part of what the call gives; see match.ts. */
  value?: unknown;
  /** Part of the error it must give instead. */
  error?: unknown;
  /** Parts of the warnings, one each. */
  warnings?: unknown[];
  traffic?: Partial<Record<keyof Traffic, unknown>>;
}

export interface Case {
  name: string;
  /** Settings of the client that differ from the suite's. */
  client?: Partial<NonNullable<Command["client"]>>;
  /** Every object of every answer has fields that no client knows, as a newer server's would. */
  newer?: true;
  steps: Step[];
}
