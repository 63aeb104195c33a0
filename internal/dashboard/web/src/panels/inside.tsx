import type { TransferForm } from "../api/ledger";
import { nameOf } from "../people";
import { brief, plural } from "../parts/words";
import { open } from "../ui";

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
                  <button type="button" class="link" title={t.id} onClick={() => open("transfer", t.id)}>
                    <code>{brief(t.id)}</code>
                  </button>
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

function Party({ address }: { address: string }) {
  return (
    <button type="button" class="link" title={address} onClick={() => open("account", address)}>
      {nameOf(address)}
    </button>
  );
}
