import { useSignal, type Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { part } from "../model/window";
import { scale } from "../ui";
import { useSize } from "./size";

export interface Column<T> {
  name: string;
  cell: (row: T) => ComponentChildren;
  number?: boolean; // stands at the right
  wide?: boolean; // takes the room that is left
  plain?: boolean; // its name is not shown, as its cells say enough, nor is it sorted by
}

export interface Sorted {
  by: string; // name of a column
  down: boolean;
}

interface Props<T> {
  label: string;
  columns: Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string | number;
  classOf?: (row: T) => string;
  onOpen?: (row: T) => void; // a click on the row; for the keyboard, a cell has a button
  sorted?: Sorted;
  onSort?: (by: string) => void;
  grows?: "top" | "end"; // where new rows come: what a person reads stays, and at the end one follows
  empty: ComponentChildren; // shown where there is no row
  mark?: string | number; // key of a row that is brought into sight when this changes
}

interface Size {
  top: number; // px that it is scrolled by
  height: number; // of what is in sight
  row: number; // height of a row
}

const usual = 24; // px that a row is high, until one was measured

// Rows is a table of which only the rows in sight are drawn, so that its length costs
// nothing. All rows are of one height.
export function Rows<T>(props: Props<T>) {
  const { label, columns, rows, keyOf, empty } = props;
  const box = useRef<HTMLDivElement>(null);
  const size = useSignal<Size>({ top: 0, height: 300, row: usual });
  useSize(box, (_, height) => (size.value = { ...size.peek(), height }));
  stay(props, box, size);
  useLayoutEffect(() => {
    const row = box.current?.querySelector<HTMLElement>("tbody tr:not(.room)")?.offsetHeight;
    if (row !== undefined && row > 0 && row !== size.peek().row) size.value = { ...size.peek(), row };
  }, [rows.length > 0, scale.value]);
  const { top, height, row } = size.value;
  const { first, end } = part(top, height, row, rows.length);
  const scrolled = (e: Event) => (size.value = { ...size.peek(), top: (e.currentTarget as HTMLElement).scrollTop });
  return (
    <div class="rows" ref={box} tabIndex={0} role="region" aria-label={label} onScroll={scrolled}>
      <table aria-rowcount={rows.length + 1}>
        <caption class="unseen">{label}</caption>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((c) => (
              <Heading key={c.name} column={c} sorted={props.sorted} onSort={props.onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Room rows={first} height={row} />
          {rows.slice(first, end).map((r, i) => (
            <Row key={keyOf(r)} of={r} index={first + i + 2} props={props} />
          ))}
          <Room rows={rows.length - end} height={row} />
        </tbody>
      </table>
      {rows.length === 0 && <p class="empty">{empty}</p>}
    </div>
  );
}

function Heading<T>({ column: c, sorted, onSort }: { column: Column<T>; sorted: Sorted | undefined; onSort: ((by: string) => void) | undefined }) {
  const is = sorted?.by === c.name;
  return (
    <th scope="col" class={shape(c)} aria-sort={!is ? undefined : sorted!.down ? "descending" : "ascending"}>
      {c.plain ? (
        <span class="unseen">{c.name}</span>
      ) : onSort === undefined ? (
        c.name
      ) : (
        <button type="button" class="icon" onClick={() => onSort(c.name)}>
          {c.name}
          <span aria-hidden="true">{!is ? "" : sorted!.down ? " ▾" : " ▴"}</span>
        </button>
      )}
    </th>
  );
}

// Room stands for the rows that are not drawn.
function Room({ rows, height }: { rows: number; height: number }) {
  return rows <= 0 ? null : <tr class="room" aria-hidden="true" style={{ height: `${rows * height}px` }} />;
}

function Row<T>({ of: row, index, props }: { of: T; index: number; props: Props<T> }) {
  const { columns, classOf, onOpen } = props;
  const click = onOpen === undefined ? undefined : (e: MouseEvent) => (e.target as Element).closest("button, a, select") ?? onOpen(row);
  return (
    <tr aria-rowindex={index} class={`${classOf?.(row) ?? ""}${onOpen === undefined ? "" : " opens"}`} onClick={click}>
      {columns.map((c) => (
        <td key={c.name} class={shape(c)}>
          {c.cell(row)}
        </td>
      ))}
    </tr>
  );
}

function shape<T>(c: Column<T>): string | undefined {
  return c.number ? "number" : c.wide ? "wide" : undefined;
}

// stay keeps in place what a person reads while rows come, follows the end where one is
// there, and brings the marked row into sight. It asks the document for no sizes unless it
// scrolls: that would lay out the page at each picture.
function stay<T>({ rows, keyOf, grows, mark }: Props<T>, box: { current: HTMLDivElement | null }, size: Signal<Size>): void {
  const before = useRef<{ first: string | number | undefined; rows: number; mark: string | number | undefined }>({ first: undefined, rows: 0, mark: undefined });
  const first = rows.length === 0 ? undefined : keyOf(rows[0]!);
  useLayoutEffect(() => {
    const { top, height: seen, row: height } = size.peek();
    const el = box.current!;
    const was = before.current;
    const scroll = (to: number) => {
      el.scrollTop = to;
      size.value = { ...size.peek(), top: el.scrollTop };
    };
    if (mark !== undefined && mark !== was.mark) {
      const at = rows.findIndex((r) => keyOf(r) === mark);
      if (at >= 0) scroll(Math.max(0, at * height - seen / 2));
    } else if (grows === "end" && (was.rows - 1) * height - top - seen < 0) {
      scroll(el.scrollHeight);
    } else if (was.first !== first && was.first !== undefined && top > height && grows !== undefined) {
      const moved = rows.findIndex((r) => keyOf(r) === was.first);
      if (moved > 0) scroll(el.scrollTop + moved * height);
    }
    before.current = { first, rows: rows.length, mark };
  }, [first, rows.length, mark]);
}
