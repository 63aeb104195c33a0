import { Toasted } from "./parts/toasts";
import { Banner } from "./panels/banner";
import { Dialogs } from "./panels/dialogs";
import { Hint } from "./panels/hint";
import { Numbers } from "./panels/numbers";
import { Graph } from "./panels/graph";
import { Propagation } from "./panels/propagation";
import { Tabs } from "./panels/tabs";
import { Token } from "./panels/token";
import { Top } from "./panels/top";
import { Tree } from "./panels/tree";

// App is the page.
export function App() {
  return (
    <>
      <Top />
      <Banner />
      <Hint />
      <main>
        <Numbers />
        <Tree />
        <Graph />
        <Tabs />
        <Propagation />
      </main>
      <Dialogs />
      <Token />
      <Toasted />
    </>
  );
}
