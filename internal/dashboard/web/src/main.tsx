import { render } from "preact";
import { App } from "./app";
import { announceSessions } from "./carry";
import { listenToKeys } from "./keys";
import { announceGaps } from "./panels/banner";
import { whenDrawn } from "./pictures";
import { loadRest } from "./rest";
import { start } from "./store";
import "./texts";
import "./title";
import "uplot/dist/uPlot.min.css";
import "./style/base.css";
import "./style/page.css";
import "./style/tree.css";
import "./style/graph.css";
import "./style/node.css";
import "./style/propagation.css";
import "./style/tabs.css";
import "./style/numbers.css";
import "./style/block.css";
import "./style/notices.css";
import "./style/breaking.css";

listenToKeys(); // at once: keys are pressed before the page is drawn, too
const patience = 100; // ms for the network to come, so that the page is drawn once and not empty first
void Promise.race([start(), new Promise((resolve) => window.setTimeout(resolve, patience))]).then(show);

function show(): void {
  render(<App />, document.getElementById("page")!);
  announceGaps();
  announceSessions();
  whenDrawn(() => void loadRest());
}
