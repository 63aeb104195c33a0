import { useEffect } from "preact/hooks";

// useSize tells of a box's size in pixels, at first and when it changes.
export function useSize(box: { current: HTMLElement | null }, told: (width: number, height: number) => void): void {
  useEffect(() => watchSize(box.current!, told), []);
}

// watchSize does so until the function that it returns is called.
export function watchSize(box: HTMLElement, told: (width: number, height: number) => void): () => void {
  const observer = new ResizeObserver(() => told(box.clientWidth, box.clientHeight));
  observer.observe(box);
  return () => observer.disconnect();
}
