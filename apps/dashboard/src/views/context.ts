import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Palette } from "../canvas/palette.ts";
import type { Coordinator } from "../coordinator.ts";
import type { FrameLoop } from "../live/frame-loop.ts";
import type { Http } from "../live/http.ts";
import type { Model } from "../state/model.ts";
import type { Memory } from "../state/storage.ts";

export type Page = {
  readonly model: Model;
  readonly coordinator: Coordinator;
  readonly http: Http;
  readonly loop: FrameLoop;
  readonly memory: Memory;
  /** Colours of the theme in force. */
  readonly palette: () => Palette;
  readonly retryNow: () => void;
  readonly choose: (vehicle: string) => void;
  /** What tests may look at. */
  readonly probe: { trace: () => [number, number][] };
};

export const PageContext = createContext<Page | undefined>(undefined);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (!page) throw new Error("no page around this view");
  return page;
}
