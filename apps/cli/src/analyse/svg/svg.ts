/** Colours that differ for every kind of colour vision and in grey print (Okabe and Ito, 2008), on white. */
export const INK = {
  text: "#1a1a1a",
  soft: "#5f5f5f",
  grid: "#dcdcdc",
  frame: "#8a8a8a",
  band: "#f2f2f2",
  blue: "#0072b2",
  orange: "#d55e00",
  green: "#009e73",
  purple: "#a0527f",
} as const;

/** Size of the letters, in units of a picture that is 760 wide: still to be read where a phone shows it. */
export const FONT = { title: 21, label: 17, tick: 15 } as const;
export const WIDTH = 760;

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** One element; numbers with two decimals, attributes that are undefined left out. `content` is markup already. */
export function el(name: string, attributes: Attributes, content = ""): string {
  const written = Object.entries(attributes)
    .filter(([, v]) => v !== undefined)
    .map(([k, v]) => ` ${k}="${typeof v === "number" ? round(v) : escaped(String(v))}"`)
    .join("");
  return content === "" ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

export const round = (v: number): string => String(Math.round(v * 100) / 100 || 0);

export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!);

export function text(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return el("text", { x, y, "font-size": FONT.tick, fill: INK.text, ...attributes }, escaped(content));
}

/** Path data through points; the line is broken where a point is not there. */
export function linePath(count: number, x: (i: number) => number, y: (i: number) => number): string {
  const parts: string[] = [];
  let down = false;
  for (let i = 0; i < count; i++) {
    const px = x(i);
    const py = y(i);
    const there = Number.isFinite(px) && Number.isFinite(py);
    if (there) parts.push(`${down ? "L" : "M"}${(px).toFixed(1)} ${py.toFixed(1)}`);
    down = there;
  }
  return parts.join("");
}

/** A whole picture: white, of one family of letters, with a title for those who cannot see it. */
export function picture(height: number, title: string, content: readonly string[]): string {
  const head = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${WIDTH} ${round(height)}`,
    width: WIDTH,
    height,
    role: "img",
    "font-family": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
    style: "max-width:100%;height:auto",
  };
  const body = [
    el("title", {}, escaped(title)),
    el("rect", { width: WIDTH, height, fill: "#ffffff" }),
    ...content,
  ];
  return `${el("svg", head, `\n${body.join("\n")}\n`)}\n`;
}

/** A title over two lines at most, and a line of what it is about. */
export function heading(title: string, subtitle: string): string[] {
  return [
    text(20, 34, title, { "font-size": FONT.title, "font-weight": 600 }),
    text(20, 58, subtitle, { fill: INK.soft }),
  ];
}
