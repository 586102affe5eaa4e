import { ramp } from "./ramp.ts";

/** Colours of the theme in force, as the canvases need them. */
export type Palette = {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly panel: string;
  readonly bed: string;
  readonly accent: string;
  readonly warn: string;
  /** Lines of a chart, in order. */
  readonly series: readonly string[];
  /** Slow to fast. */
  readonly speeds: readonly string[];
  readonly font: string;
};

export const SPEED_STEPS = 24;

export function readPalette(style: CSSStyleDeclaration): Palette {
  const get = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: get("text"),
    muted: get("muted"),
    line: get("line"),
    panel: get("panel"),
    bed: get("bed"),
    accent: get("accent-line"),
    warn: get("warn"),
    series: get("series").split(/\s+/),
    speeds: ramp(get("speeds").split(/\s+/), SPEED_STEPS),
    font: get("font"),
  };
}
