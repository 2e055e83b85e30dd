// The order in which subjects are visited: each round is a palindrome (A-B-C-C-B-A), so that a drift of the
// machine favours nobody; and rounds begin with another subject each, so that no one is always first.

export interface Visit<Subject> {
  subject: Subject;
  round: number;
  /** Place in the round, 0…2n−1. */
  position: number;
}

/** Visits of `rounds` rounds. Throws a RangeError where there is nothing to visit. */
export function interleave<Subject>(subjects: readonly Subject[], rounds: number): Visit<Subject>[] {
  if (subjects.length === 0 || !Number.isInteger(rounds) || rounds < 1)
    throw new RangeError(
      `cannot interleave ${subjects.length} subjects over ${rounds} rounds; need one of each`,
    );
  return Array.from({length: rounds}, (_, round) => {
    const turn = round % subjects.length;
    const there = [...subjects.slice(turn), ...subjects.slice(0, turn)];
    return [...there, ...there.toReversed()].map((subject, position) => ({subject, round, position}));
  }).flat();
}
