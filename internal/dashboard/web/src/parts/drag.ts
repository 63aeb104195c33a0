const click = 4; // px: a way as short is no drag

interface Drag {
  begin?: () => void;
  go: (e: PointerEvent) => void;
  end?: (moved: boolean) => void;
  atOnce?: boolean; // where the pointer goes down counts already
}

const ends = ["pointerup", "pointercancel"];

// keepTouch keeps the browser from taking a finger's drag for a scroll of its own: Chromium
// does, even where touch-action leaves it nothing to scroll, and takes the next tap, up to a
// second later, for the one that ends the scroll. A drag that does scroll is left to it. What
// is returned ends that.
function keepTouch(down: PointerEvent): () => void {
  const element = down.currentTarget as HTMLElement | SVGElement;
  const scrolls = getComputedStyle(element).touchAction;
  const keep = (e: TouchEvent) => {
    const { clientX, clientY } = e.touches[0]!;
    const aside = Math.abs(clientX - down.clientX) > Math.abs(clientY - down.clientY);
    if (e.cancelable && (scrolls === "none" || (scrolls === "pan-y" && aside))) e.preventDefault();
  };
  const onMove = keep as EventListener;
  element.addEventListener("touchmove", onMove, { passive: false });
  return () => element.removeEventListener("touchmove", onMove);
}

// follow goes with a pointer that has gone down on an element, until it is up again.
export function follow(down: PointerEvent, { begin, go, end, atOnce = false }: Drag): void {
  const element = down.currentTarget as Element;
  let moved = false;
  const letTouch = keepTouch(down);
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
    letTouch();
    window.removeEventListener("pointermove", move);
    for (const type of ends) window.removeEventListener(type, over);
    end?.(moved);
  };
  window.addEventListener("pointermove", move);
  for (const type of ends) window.addEventListener(type, over);
  if (atOnce) move(down);
}
