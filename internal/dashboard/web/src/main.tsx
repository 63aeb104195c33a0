import { render } from "preact";
import { App } from "./app";
import { listenToKeys } from "./keys";
import { start } from "./store";
import "./style/base.css";
import "./style/page.css";
import "./style/tree.css";
import "./style/graph.css";
import "./style/tabs.css";
import "./style/numbers.css";

render(<App />, document.getElementById("page")!);
listenToKeys();
void start();
