import { render } from "preact";
import { App } from "./app";
import { listenToKeys } from "./keys";
import { announceGaps } from "./panels/banner";
import { start } from "./store";
import "./title";
import "./style/base.css";
import "./style/page.css";
import "./style/tree.css";
import "./style/graph.css";
import "./style/tabs.css";
import "./style/numbers.css";
import "./style/block.css";
import "./style/notices.css";

render(<App />, document.getElementById("page")!);
listenToKeys();
announceGaps();
void start();
