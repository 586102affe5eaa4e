/** A colour ramp in `steps` css colours, mixed in linear sRGB between the stops. Stops are `#rrggbb`, slow to fast. */
export function ramp(stops: readonly string[], steps: number): string[] {
  const linear = stops.map((s) =>
    [1, 3, 5].map((at) => (Number.parseInt(s.slice(at, at + 2), 16) / 255) ** 2.2),
  );
  return Array.from({ length: steps }, (_, i) => {
    const at = steps === 1 ? 0 : (i / (steps - 1)) * (stops.length - 1);
    const k = Math.min(stops.length - 2, Math.floor(at));
    const rgb = [0, 1, 2].map((c) => {
      const mixed = linear[k]![c]! + (at - k) * (linear[k + 1]![c]! - linear[k]![c]!);
      return Math.round(mixed ** (1 / 2.2) * 255);
    });
    return `rgb(${rgb.join(" ")})`;
  });
}
