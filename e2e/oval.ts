/** Two straights of 120 m joined by half circles of 20 m, in metres. */
export function ovalCsv(): string {
  const rows: string[] = ["# x_m,y_m"];
  for (let x = 0; x < 120; x += 2) rows.push(`${x},0`);
  for (let a = 0; a < Math.PI; a += Math.PI / 32)
    rows.push(`${120 + 20 * Math.sin(a)},${20 - 20 * Math.cos(a)}`);
  for (let x = 120; x > 0; x -= 2) rows.push(`${x},40`);
  for (let a = 0; a < Math.PI; a += Math.PI / 32) rows.push(`${-20 * Math.sin(a)},${20 + 20 * Math.cos(a)}`);
  return rows.join("\n");
}
