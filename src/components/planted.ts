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
];
