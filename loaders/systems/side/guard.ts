// Programs that do not watch their input are ended by the kernel when the process that started them ends
// (prctl(2), PR_SET_PDEATHSIG), by way of setpriv(1) of util-linux.

export const NOBODY_ID = 65_534;
const KEPT = "+dac_override,+dac_read_search";

export interface Guard {
  /** The signal it gets. */
  signal: "INT" | "TERM" | "KILL";
  /** Runs as nobody, with the right to read and write what root may: for programs that refuse to run as root. */
  nobody?: boolean;
}

/** What to spawn in the program's place. */
export function guarded(
  program: string,
  programArguments: readonly string[],
  {signal, nobody = false}: Guard,
): [string, string[]] {
  const user = nobody
    ? [
        ...["--reuid", String(NOBODY_ID), "--regid", String(NOBODY_ID), "--clear-groups"],
        // access(2) would forget the rights of another real user, and PostgreSQL asks it about its own programs.
        ...["--securebits", "+no_setuid_fixup", "--inh-caps", KEPT, "--ambient-caps", KEPT],
      ]
    : [];
  return ["setpriv", [...user, "--pdeathsig", signal, program, ...programArguments]];
}
