import { keys } from "../keys";
import { Dialog } from "../parts/dialog";

// Help lists the keys, and says what the page shows.
export function Help() {
  return (
    <Dialog title="Help">
      <p>
        This page shows a network of real nodes as it happens. Each button is a call of the manager's API: hold Alt and click it to copy the
        call as a command for curl. What is here can be clicked: blocks, nodes, transfers, numbers.
      </p>
      <table class="keys">
        <caption class="unseen">Keys</caption>
        <tbody>
          {keys.map((k) => (
            <tr key={k.key}>
              <th scope="row">
                <kbd>{k.key}</kbd>
              </th>
              <td>{k.does}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">
              <kbd>← → ↑ ↓</kbd>
            </th>
            <td>from block to block in the fork tree, from node to node in the network; Enter opens, Home and End go to the ends</td>
          </tr>
          <tr>
            <th scope="row">
              <kbd>← →</kbd> <kbd>PgUp</kbd> <kbd>PgDn</kbd>
            </th>
            <td>through time, in the timeline; Home goes to its start, End to now</td>
          </tr>
          <tr>
            <th scope="row">
              <kbd>x</kbd>
            </th>
            <td>on a node of the network: choose it to be cut off from the rest</td>
          </tr>
          <tr>
            <th scope="row">
              <kbd>c</kbd>
            </th>
            <td>copy as curl what the button does that the keyboard is at</td>
          </tr>
          <tr>
            <th scope="row">
              <kbd>Esc</kbd>
            </th>
            <td>close</td>
          </tr>
        </tbody>
      </table>
    </Dialog>
  );
}
