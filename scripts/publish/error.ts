// What can go wrong while building and publishing, each with what mends it.

export class SiteError extends Error {
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
    this.name = "SiteError";
  }
}
