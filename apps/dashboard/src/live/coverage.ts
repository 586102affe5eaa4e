export type Range = { readonly fromUs: number; readonly toUs: number };

/** A closed time range of which every sample is held, or at least the extremes of every `stepUs` (0: every sample). */
export type Span = Range & { readonly stepUs: number };

/** Which times are known, and how finely. Times are integer microseconds. */
export class Coverage {
  #spans: Span[] = [];

  /** Ascending, not overlapping. */
  get spans(): readonly Span[] {
    return this.#spans;
  }

  get endUs(): number {
    return this.#spans.at(-1)?.toUs ?? Number.NEGATIVE_INFINITY;
  }

  /** Where something as fine is known already it stays; what is coarser gives way. */
  add(span: Span): void {
    if (span.toUs < span.fromUs) return;
    const last = this.#spans.at(-1);
    if (last && last.stepUs === span.stepUs && last.fromUs <= span.fromUs && span.fromUs <= last.toUs + 1) {
      if (span.toUs > last.toUs) this.#spans[this.#spans.length - 1] = { ...last, toUs: span.toUs };
      return;
    }
    const added = this.missing(span, span.stepUs).map((r) => ({ ...r, stepUs: span.stepUs }));
    for (const r of added) this.remove(r);
    this.#spans = joined([...this.#spans, ...added].sort((a, b) => a.fromUs - b.fromUs));
  }

  remove(range: Range): void {
    const kept: Span[] = [];
    for (const s of this.#spans) {
      if (s.toUs < range.fromUs || s.fromUs > range.toUs) {
        kept.push(s);
        continue;
      }
      if (s.fromUs < range.fromUs) kept.push({ ...s, toUs: range.fromUs - 1 });
      if (s.toUs > range.toUs) kept.push({ ...s, fromUs: range.toUs + 1 });
    }
    this.#spans = kept;
  }

  /** The parts of `range` that are not known as finely as `stepUs`. */
  missing(range: Range, stepUs: number): Range[] {
    const parts: Range[] = [];
    let fromUs = range.fromUs;
    for (const s of this.#spans) {
      if (s.stepUs > stepUs || s.toUs < fromUs) continue;
      if (s.fromUs > range.toUs) break;
      if (s.fromUs > fromUs) parts.push({ fromUs, toUs: s.fromUs - 1 });
      fromUs = s.toUs + 1;
    }
    if (fromUs <= range.toUs) parts.push({ fromUs, toUs: range.toUs });
    return parts;
  }
}

function joined(spans: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const s of spans) {
    const last = out.at(-1);
    if (last && last.stepUs === s.stepUs && last.toUs + 1 >= s.fromUs)
      out[out.length - 1] = { ...last, toUs: Math.max(last.toUs, s.toUs) };
    else out.push(s);
  }
  return out;
}
