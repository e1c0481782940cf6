/** Which cells of a grid a scroller shows, and the room above and below them. */
export interface GalleryWindow {
  columns: number;
  /** Side of a cell [px]. */
  cellPx: number;
  first: number;
  /** One past the last cell. */
  end: number;
  topPx: number;
  bottomPx: number;
}

export interface GalleryView {
  count: number;
  widthPx: number;
  heightPx: number;
  scrollPx: number;
}

const GAP = 6;
const SMALLEST = 76;
/** Rows kept ready beyond the edge, so that scrolling does not show gaps. */
const OVERSCAN = 3;

/** Lays a gallery out so that only what shows is made, however many labels there are. */
export function windowOf({ count, widthPx, heightPx, scrollPx }: GalleryView): GalleryWindow {
  const columns = Math.max(2, Math.floor((widthPx + GAP) / (SMALLEST + GAP)));
  const cellPx = Math.max(1, Math.floor((widthPx - GAP * (columns - 1)) / columns));
  const rowPx = cellPx + GAP;
  const rows = Math.ceil(count / columns);
  const firstRow = Math.max(0, Math.min(rows, Math.floor(scrollPx / rowPx)) - OVERSCAN);
  const endRow = Math.min(rows, Math.ceil((scrollPx + heightPx) / rowPx) + OVERSCAN);
  return {
    columns,
    cellPx,
    first: firstRow * columns,
    end: Math.min(count, Math.max(firstRow, endRow) * columns),
    topPx: firstRow * rowPx,
    bottomPx: Math.max(0, rows - Math.max(firstRow, endRow)) * rowPx,
  };
}

/** Scroll position that brings a cell into view with the least movement. */
export function scrollToCell(index: number, view: GalleryView): number {
  const { columns, cellPx } = windowOf(view);
  const top = Math.floor(index / columns) * (cellPx + GAP);
  if (top < view.scrollPx) return top;
  return Math.max(view.scrollPx, top + cellPx - view.heightPx);
}
