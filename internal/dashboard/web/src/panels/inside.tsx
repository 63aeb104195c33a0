import type { TransferForm } from "../api/ledger";
import { Party, TransferLink } from "../parts/links";
import { plural } from "../parts/words";

const most = 100; // rows, until one asks for all

// Inside lists a block's transactions.
export function Inside({ transactions }: { transactions: TransferForm[] }) {
  const shown = transactions.slice(0, most);
  return (
    <>
      <h3>{plural(transactions.length, "transaction")}</h3>
      <div class="across">
        <table>
          <thead>
            <tr>
              <th scope="col">id</th>
              <th scope="col">from</th>
              <th scope="col">to</th>
              <th scope="col" class="number">
                coins
              </th>
              <th scope="col" class="number">
                fee
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((t) => (
              <tr key={t.id}>
                <td>
                  <TransferLink id={t.id} />
                </td>
                <td>{t.sender === undefined ? <span class="dim">coinbase</span> : <Party address={t.sender} />}</td>
                <td>
                  <Party address={t.recipient} />
                </td>
                <td class="number">{t.amount}</td>
                <td class="number">{t.fee ?? "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < transactions.length && <p class="dim">and {plural(transactions.length - shown.length, "more", "more")}: "copy as curl" lists all</p>}
    </>
  );
}
