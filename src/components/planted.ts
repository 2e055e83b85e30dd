// The faults that tests plant, and where: data, so that a test can check that each test named here exists.

export interface Planted {
  /** What is done wrong on purpose. */
  fault: string;
  /** What must happen. */
  caught: string;
  file: string;
  /** The test's name, word for word. */
  test: string;
}

export const PLANTED: Planted[] = [
  {
    fault: "A published number is changed by a thousandth",
    caught: "The reader’s own computation disagrees, and the number is struck through",
    file: "src/components/agreement.test.ts",
    test: "a planted change of a thousandth is found",
  },
  {
    fault: "One byte of a published record is flipped",
    caught: "Verification names the file",
    file: "scripts/publish/publish.test.ts",
    test: "a flipped byte in a published file is named",
  },
  {
    fault: "A shared file of two versions is damaged",
    caught: "It is not linked into a new version",
    file: "scripts/publish/publish.test.ts",
    test: "a damaged shared object is replaced, not linked into a new version",
  },
  {
    fault: "A lower layer of the code imports from the pages",
    caught: "The layering check fails",
    file: "scripts/layers.test.ts",
    test: "a planted import of the site from the lab is found",
  },
  {
    fault: "A system answers at once, with the wrong neighbours",
    caught: "Its recall is low, and it has no rate at an equal one",
    file: "loaders/competitive-validation/turns.test.ts",
    test: "a peer that returns wrong neighbours at once has a recall that says so",
  },
  {
    fault: "A system loses a third of the writes it acknowledged",
    caught: "The client’s ledger finds them missing after a kill, and its visit is excluded",
    file: "loaders/competitive-validation/turns.test.ts",
    test: "a peer that loses acknowledged writes is told by the client's ledger after a kill",
  },
  {
    fault: "A system is killed in the middle of its visit",
    caught: "The visit is void and asked again; nobody else notices",
    file: "loaders/competitive-validation/turns.test.ts",
    test: "a peer killed in a visit: the block is void and asked again, and the others keep theirs",
  },
  {
    fault: "An embedded system is compared with a served one, or one thread with two",
    caught: "The publication lint names the condition that differs",
    file: "loaders/lab/lint.test.ts",
    test: "forms, threads, data sets and durability promises that differ are found, each by its name",
  },
  {
    fault: "A published figure is counted among measured ones",
    caught: "The publication lint stops the build",
    file: "loaders/lab/lint.test.ts",
    test: "a cited figure among measured ones is found",
  },
  {
    fault: "A lead loses 5 % a month",
    caught: "Two detectors agree, and an alarm is raised",
    file: "loaders/competitive-baseline/monitor.test.ts",
    test: "a planted loss of 5 % a month is found, and not before it begins",
  },
  {
    fault:
      "A write that was acknowledged is taken away, and a session is served now in one way, now in the other",
    caught: "The client’s ledger of a live migration names both",
    file: "loaders/zero-downtime/migration.test.ts",
    test: "a lost acknowledged write and a session that flips are caught in a live migration",
  },
];
