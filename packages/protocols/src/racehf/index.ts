export { bean } from "./bean.ts";
export { kart } from "./kart.ts";
