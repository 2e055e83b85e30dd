// Keys: 256 random bits, kept only as HMAC-SHA-256 under a secret of the server (RFC 2104), compared in constant
// time. A key is `engram_<id>_<secret>`; the id finds its record and says nothing.
import {createHmac, randomBytes, timingSafeEqual} from "node:crypto";
import {existsSync, readFileSync, renameSync, writeFileSync} from "node:fs";
import {type Static, Type} from "@sinclair/typebox";
import {RefusedError} from "./error.ts";
import {VERBS, type Verb} from "./operation.ts";
import {checkBody} from "./validator.ts";

const SECRET_BYTES = 32;
const ID_BYTES = 8;
const TOKEN = /^Bearer (engram_([0-9a-f]{16})_[A-Za-z0-9_-]{43})$/i;
const OWNER_ONLY = 0o600;

const KeyRecord = Type.Object({
  id: Type.String(),
  /** Hex of the HMAC of the whole key. */
  mac: Type.String({pattern: "^[0-9a-f]{64}$"}),
  /** Names, or "*" for all. */
  spaces: Type.Array(Type.String()),
  verbs: Type.Array(Type.Union(VERBS.map((verb) => Type.Literal(verb)))),
});
const KeyFile = Type.Object({
  secret: Type.String({pattern: "^[0-9a-f]{64}$"}),
  keys: Type.Array(KeyRecord),
});
type KeyRecord = Static<typeof KeyRecord>;
type KeyFile = Static<typeof KeyFile>;

/** Who asks, and what they may. */
export interface Principal {
  id: string;
  may(verb: Verb, space: string | undefined): boolean;
}

/** Everybody, where the server has no keys: it listens on loopback only. */
export const ANYBODY: Principal = {id: "anybody", may: () => true};

function principalOf({id, spaces, verbs}: KeyRecord): Principal {
  const everywhere = spaces.includes("*");
  return {
    id,
    may: (verb, space) =>
      verbs.includes(verb) && (everywhere || space === undefined || spaces.includes(space)),
  };
}

const unknownKey = () =>
  new RefusedError(
    401,
    "unauthenticated",
    "the key is missing or not known",
    "send Authorization: Bearer <key>",
  );

export type Compare = (a: Uint8Array, b: Uint8Array) => boolean;

export class Keys {
  readonly #records: Map<string, {mac: Buffer; principal: Principal}>;
  readonly #secret: Buffer;
  /** Compared against where the id is not known, so that an unknown id takes as long as a wrong key. */
  readonly #nobody = randomBytes(SECRET_BYTES);

  constructor(
    file: KeyFile,
    private readonly compare: Compare = timingSafeEqual,
  ) {
    this.#secret = Buffer.from(file.secret, "hex");
    this.#records = new Map(
      file.keys.map((record) => [
        record.id,
        {mac: Buffer.from(record.mac, "hex"), principal: principalOf(record)},
      ]),
    );
  }

  static read(path: string): Keys {
    return new Keys(readKeyFile(path));
  }

  /** Errors: RefusedError 401, the same for every reason. */
  verify(authorization: string | undefined): Principal {
    const [, token, id] = TOKEN.exec(authorization ?? "") ?? [];
    if (token === undefined || id === undefined) throw unknownKey();
    const record = this.#records.get(id);
    const equal = this.compare(macOf(this.#secret, token), record?.mac ?? this.#nobody);
    if (!equal || record === undefined) throw unknownKey();
    return record.principal;
  }
}

function macOf(secret: Buffer, token: string): Buffer {
  return createHmac("sha256", secret).update(token).digest();
}

function readKeyFile(path: string): KeyFile {
  return checkBody(KeyFile)(JSON.parse(readFileSync(path, "utf8")));
}

/** Adds a key to the file, or makes the file, readable by its owner only. The key is returned once and not kept. */
export function addKey(path: string, scope: {spaces: string[]; verbs: Verb[]}): string {
  const file: KeyFile = existsSync(path)
    ? readKeyFile(path)
    : {secret: randomBytes(SECRET_BYTES).toString("hex"), keys: []};
  const id = randomBytes(ID_BYTES).toString("hex");
  const token = `engram_${id}_${randomBytes(SECRET_BYTES).toString("base64url")}`;
  const mac = macOf(Buffer.from(file.secret, "hex"), token).toString("hex");
  const whole = JSON.stringify({...file, keys: [...file.keys, {id, mac, ...scope}]}, null, 2);
  writeFileSync(`${path}.tmp`, `${whole}\n`, {mode: OWNER_ONLY});
  renameSync(`${path}.tmp`, path);
  return token;
}
