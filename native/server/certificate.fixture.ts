// A certificate for tests, signed by itself and made anew each time: none lies in the repository.
import {execFileSync} from "node:child_process";
import {readFileSync} from "node:fs";
import {join} from "node:path";

export interface Certificate {
  cert: string;
  key: string;
  /** Files with the same, PEM. */
  certFile: string;
  keyFile: string;
}

const DAYS = "1";

/** Good for localhost and 127.0.0.1 for a day. Errors: openssl is not there. */
export function selfSigned(directory: string): Certificate {
  const [certFile, keyFile] = [join(directory, "cert.pem"), join(directory, "key.pem")];
  const words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  try {
    execFileSync("openssl", [...words, "-days", DAYS, ...names, "-keyout", keyFile, "-out", certFile], {
      stdio: "pipe",
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT")
      throw new Error("openssl is missing: the test of TLS makes its certificate with it (Debian: openssl)");
    throw error;
  }
  return {cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8"), certFile, keyFile};
}
