// A dataset as experiments see it: files on disk whose checksums have been verified, or a synthetic
// stand-in that says so in every row it feeds.

export interface Dataset {
  name: string;
  /** Folder that holds the files. */
  directory: string;
  /** SHA-256 over the sorted list of file checksums; `synthetic:<seed>` for a stand-in. */
  sha256: string;
  synthetic: boolean;
  licence: string;
  /** Absolute path of one file of the set; throws a typed error when the registry does not list it. */
  file(name: string): string;
}
