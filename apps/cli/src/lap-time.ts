/** 76.329 as 1:16.329; `-` where there is none. */
export function lapTime(seconds: number): string {
  if (!Number.isFinite(seconds)) return "-";
  const ms = Math.round(seconds * 1000);
  return `${Math.floor(ms / 60_000)}:${((ms % 60_000) / 1000).toFixed(3).padStart(6, "0")}`;
}
