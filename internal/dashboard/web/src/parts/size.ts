import { useLayoutEffect } from "preact/hooks";

// useSize tells of a box's size in pixels, at first and when it changes. It does so before the
// box is shown: the first picture has the right size.
export function useSize(box: { current: HTMLElement | null }, told: (width: number, height: number) => void): void {
  useLayoutEffect(() => {
    tell(box.current!, told);
    return watchSize(box.current!, told);
  }, []);
}

// watchSize does so until the function that it returns is called.
export function watchSize(box: HTMLElement, told: (width: number, height: number) => void): () => void {
  const observer = new ResizeObserver(() => tell(box, told));
  observer.observe(box);
  return () => observer.disconnect();
}

function tell(box: HTMLElement, told: (width: number, height: number) => void): void {
  told(box.clientWidth, box.clientHeight);
}
