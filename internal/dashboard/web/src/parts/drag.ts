const click = 4; // px: a way as short is no drag

interface Drag {
  begin?: () => void;
  go: (e: PointerEvent) => void;
  end?: (moved: boolean) => void;
  atOnce?: boolean; // where the pointer goes down counts already
}

const ends = ["pointerup", "pointercancel"];

// follow goes with a pointer that has gone down on an element, until it is up again.
export function follow(down: PointerEvent, { begin, go, end, atOnce = false }: Drag): void {
  const element = down.currentTarget as Element;
  let moved = false;
  const move = (e: PointerEvent) => {
    if (!moved && !atOnce && Math.hypot(e.clientX - down.clientX, e.clientY - down.clientY) < click) return;
    if (!moved) {
      element.setPointerCapture(down.pointerId);
      begin?.();
    }
    moved = true;
    go(e);
  };
  const over = () => {
    window.removeEventListener("pointermove", move);
    for (const type of ends) window.removeEventListener(type, over);
    end?.(moved);
  };
  window.addEventListener("pointermove", move);
  for (const type of ends) window.addEventListener(type, over);
  if (atOnce) move(down);
}
