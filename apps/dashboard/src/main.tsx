import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./styles/theme.css";
import "./styles/layout.css";
import "./styles/controls.css";
import "./styles/instruments.css";
import { startPage } from "./page.ts";
import { App } from "./views/app.tsx";
import { PageContext } from "./views/context.ts";

const page = startPage(window);
render(
  <PageContext.Provider value={page}>
    <App />
  </PageContext.Provider>,
  document.getElementById("app")!,
);
