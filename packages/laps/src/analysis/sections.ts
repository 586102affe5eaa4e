import type { Corner } from "./corners.ts";
import type { LapView } from "./lap-view.ts";

/** A corner, or the straight between two: together they are the whole lap. */
export type Section = {
  /** `T3`; `T3-T4` for the straight behind it, `start-T1` and `T9-finish` at the ends. */
  readonly name: string;
  readonly corner: Corner | undefined;
  readonly fromM: number;
  readonly toM: number;
};

export type SectionTime = {
  readonly section: Section;
  readonly timeS: number;
  /** Behind the reference, s; the sections' add up to the difference of the laps. */
  readonly lostS: number;
  /** Half width of the 95 % interval of `lostS`: what the laps' uncertainty at the start line makes of the speeds here. */
  readonly uncertaintyS: number;
  readonly entryMps: number;
  readonly minimumMps: number;
  readonly minimumM: number;
  readonly exitMps: number;
};

/** Cuts a lap at the ends of its corners. */
export function sectionsOf(corners: readonly Corner[], lengthM: number): Section[] {
  const out: Section[] = [];
  let from = 0;
  let before = "start";
  const straight = (to: number, next: string): void => {
    if (to > from) out.push({ name: `${before}-${next}`, corner: undefined, fromM: from, toM: to });
  };
  for (const corner of corners) {
    const name = `T${corner.number}`;
    straight(corner.startM, name);
    out.push({ name, corner, fromM: Math.max(from, corner.startM), toM: corner.endM });
    from = corner.endM;
    before = name;
  }
  straight(lengthM, "finish");
  return out;
}

/** Times and speeds of a lap in the sections of a reference; both views must be of one layout. */
export function sectionTimes(sections: readonly Section[], reference: LapView, lap: LapView): SectionTime[] {
  const at = (m: number): number => Math.max(0, Math.min(lap.count - 1, Math.round(m / lap.stepM)));
  return sections.map((section) => {
    const a = at(section.fromM);
    const b = at(section.toM);
    let low = a;
    for (let i = a; i <= b; i++) if (lap.speedMps[i]! < lap.speedMps[low]!) low = i;
    const timeS = lap.timeS[b]! - lap.timeS[a]!;
    return {
      section,
      timeS,
      uncertaintyS: Math.hypot(
        placeUncertaintyM(lap) * pace(lap, a, b),
        placeUncertaintyM(reference) * pace(reference, a, b),
      ),
      lostS: timeS - (reference.timeS[b]! - reference.timeS[a]!),
      entryMps: lap.speedMps[a]!,
      minimumMps: lap.speedMps[low]!,
      minimumM: low * lap.stepM,
      exitMps: lap.speedMps[b]!,
    };
  });
}

/** Of two passings, s/m: an error in place is one in time, the larger the slower. */
const pace = ({ speedMps: v }: LapView, a: number, b: number): number => Math.hypot(1 / v[a]!, 1 / v[b]!);

/** Half width of the 95 % interval of a place along the way, m, as the lap's own uncertainty tells it. */
const placeUncertaintyM = (view: LapView): number => view.lap.uncertaintyS / pace(view, 0, view.count - 1);
