import { colourAt, placeOf } from "../../model/ramp";
import { clean } from "../../parts/canvas";
import { afterOf, axis, column, gutter, room, rows, ways } from "./ways";
import { cut } from "../../parts/words";

const thinnest = 10; // pixels of a row that has its name beside it

// rowHeight is how many pixels a node has.
export function rowHeight(): number {
  return (room.peek().height - axis) / Math.max(1, rows.peek().length);
}

// paint draws the heat map. A cell is a pixel of a small picture that is then enlarged:
// with many nodes there are thousands.
export function paint(canvas: HTMLCanvasElement): void {
  const [list, names] = [ways.peek(), rows.peek()];
  const pen = clean(canvas);
  if (list.length === 0 || names.length === 0) return;
  const style = getComputedStyle(canvas);
  const [width, height] = [list.length * column.peek(), names.length * rowHeight()];
  hatch(pen, width, height, style);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(cells(list.length, names.length), gutter, 0, width, height);
  lines(pen, width, height, style);
  write(pen, height, style);
}

const small = document.createElement("canvas");

function cells(width: number, height: number): HTMLCanvasElement {
  Object.assign(small, { width, height });
  const pen = small.getContext("2d")!;
  const image = pen.createImageData(width, height);
  ways.peek().forEach((way, x) => {
    rows.peek().forEach((name, y) => {
      const after = afterOf(way, name);
      if (after !== undefined) image.data.set([...colourAt(placeOf(after)), 255], 4 * (y * width + x));
    });
  });
  pen.putImageData(image, 0, 0);
  return small;
}

// hatch covers the ground: it is seen where a block did not come.
function hatch(pen: CanvasRenderingContext2D, width: number, height: number, style: CSSStyleDeclaration): void {
  pen.save();
  pen.beginPath();
  pen.rect(gutter, 0, width, height);
  pen.clip();
  pen.beginPath();
  for (let x = gutter - height; x < gutter + width; x += 5) {
    pen.moveTo(x, height);
    pen.lineTo(x + height, 0);
  }
  pen.strokeStyle = style.getPropertyValue("--dim");
  pen.lineWidth = 1;
  pen.stroke();
  pen.restore();
}

// lines part the cells, where these are large enough, and mark who had a block first.
function lines(pen: CanvasRenderingContext2D, width: number, height: number, style: CSSStyleDeclaration): void {
  const [tall, wide] = [rowHeight(), column.peek()];
  pen.fillStyle = style.getPropertyValue("--panel");
  for (let i = 0; i <= ways.peek().length; i++) pen.fillRect(gutter + i * wide - 1, 0, 1, height);
  if (tall < thinnest) return;
  for (let i = 0; i <= rows.peek().length; i++) pen.fillRect(gutter, i * tall - 1, width, 1);
  pen.fillStyle = "#fff";
  ways.peek().forEach((way, x) => {
    rows.peek().forEach((name, y) => {
      if (afterOf(way, name) !== 0) return;
      pen.beginPath();
      pen.arc(gutter + (x + 0.5) * wide - 0.5, (y + 0.5) * tall - 0.5, 2.5, 0, 2 * Math.PI);
      pen.fill();
    });
  });
}

// write puts names beside the rows and heights under the columns, as many as have room.
function write(pen: CanvasRenderingContext2D, height: number, style: CSSStyleDeclaration): void {
  const wide = column.peek();
  pen.fillStyle = style.getPropertyValue("--dim");
  pen.font = "10px ui-monospace, monospace";
  pen.textBaseline = "middle";
  pen.textAlign = "right";
  writeNames(pen);
  pen.textAlign = "center";
  let free = 0; // pixel from which on a height can be written
  ways.peek().forEach((way, x) => {
    const at = gutter + (x + 0.5) * wide;
    const half = pen.measureText(String(way.index)).width / 2;
    if (at - half < free) return;
    pen.fillText(String(way.index), at, height + axis / 2);
    free = at + half + 8;
  });
}

function writeNames(pen: CanvasRenderingContext2D): void {
  const half = thinnest / 2;
  let free = 0; // pixel from which on a name can be written
  rows.peek().forEach((name, y) => {
    const at = Math.max(half + 1, (y + 0.5) * rowHeight()); // the first is whole
    if (at - half < free) return;
    pen.fillText(cut(name, 7), gutter - 4, at);
    free = at + half;
  });
}
