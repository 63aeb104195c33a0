import { accounts, pages, readAccounts } from "../accounts";
import type { AccountLine } from "../api/ledger";
import { asked } from "../asked";
import { nodeAt } from "../people";
import { movesTip, useFresh } from "../parts/fresh";
import { Rows, type Column } from "../parts/rows";
import { brief, listed, plural } from "../parts/words";
import { past } from "../store";
import { open } from "../ui";

const columns: Column<AccountLine>[] = [
  { name: "account", cell: (a) => <Name of={a} /> },
  { name: "balance", number: true, cell: (a) => a.balance },
  { name: "sent", number: true, cell: (a) => a.sequence },
];

// Accounts lists the richest accounts, as the asked node has them.
export function Accounts() {
  const node = asked.value;
  const { why } = useFresh(`accounts ${node} ${pages.value}`, (signal) => readAccounts(node, signal), movesTip(node));
  const all = accounts.value;
  const rows = all?.accounts ?? [];
  return (
    <div class="list">
      <div class="bar dim">
        {all !== null && `${plural(all.count, "account")} at ${node}${past.value === null ? "" : " as it is now"}`}
        {why !== "" && <span class="bad">{why}</span>}
        {all !== null && all.next !== null && (
          <button type="button" onClick={() => pages.value++}>
            more
          </button>
        )}
      </div>
      <Rows
        label="accounts, the richest first"
        columns={columns}
        rows={rows}
        keyOf={(a) => a.address}
        onOpen={(a) => open("account", a.address)}
        empty={why === "" ? "No account has been paid yet." : ""}
      />
    </div>
  );
}

function Name({ of: a }: { of: AccountLine }) {
  const node = a.node === undefined ? undefined : (nodeAt(a.node) ?? a.node);
  const text = a.name !== undefined ? listed(a.name) : node === undefined ? brief(a.address) : `${listed(node)} (node)`;
  return (
    <button type="button" class="icon who" title={a.address} onClick={() => open("account", a.address)}>
      <span>{text}</span>
    </button>
  );
}
