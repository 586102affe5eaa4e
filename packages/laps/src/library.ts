/** The starter library by itself, so that a small host need not carry it. */
export { starterTracks } from "./track/library.ts";
