import { nameOf } from "../people";
import { clock, listed, plural } from "../parts/words";
import { history } from "../store";
import { open } from "../ui";

const most = 100; // rows

// ReorgList lists the last reorgs of the network. Each opens its post-mortem.
export function ReorgList() {
  const { last, count } = history.value.record.changes;
  if (count === 0) return <p class="empty">There has been no reorg yet. A race of all nodes (r) makes some.</p>;
  return (
    <>
      <h3>The last reorgs</h3>
      <div class="across">
        <table>
          <thead>
            <tr>
              <th scope="col">when</th>
              <th scope="col">depth</th>
              <th scope="col">from block</th>
              <th scope="col">to the branch of</th>
              <th scope="col">nodes</th>
            </tr>
          </thead>
          <tbody>
            {last
              .slice(-most)
              .reverse()
              .map((change) => {
                const first = change.reorgs[0]!;
                return (
                  <tr key={first.offset}>
                    <td>
                      <button type="button" class="link" onClick={() => open("reorg", first.offset)}>
                        {clock(first.at)}
                      </button>
                    </td>
                    <td>{plural(change.depth, "block")}</td>
                    <td>{first.data.fork.index}</td>
                    <td>{listed(minerOf(first.data.to.hash) || nameOf(first.data.miner))}</td>
                    <td>{change.reorgs.length}</td>
                  </tr>
                );
              })}
          </tbody>
        </table>
      </div>
    </>
  );
}

function minerOf(hash: string): string {
  return history.value.record.counts.get(hash)?.node ?? "";
}
