import { Toasts } from "./parts/toasts";
import { Dialogs } from "./panels/dialogs";
import { Numbers } from "./panels/numbers";
import { Graph } from "./panels/graph";
import { Tabs } from "./panels/tabs";
import { Top } from "./panels/top";
import { Tree } from "./panels/tree";

// App is the page.
export function App() {
  return (
    <>
      <Top />
      <main>
        <Numbers />
        <Tree />
        <Graph />
        <Tabs />
      </main>
      <Dialogs />
      <Toasts />
    </>
  );
}
