import type { PDFDocument, PDFImage } from 'pdf-lib';
import { rectangle } from './figure.ts';
import type { Figure, Point, Shape } from './figure.ts';
import { PdfPen } from './pdf-pen.ts';
import type { Letters } from './pdf-pen.ts';

export interface SheetOptions {
  paper: 'letter' | 'a4';
  footer: string;
}

interface TextOptions {
  size?: number;
  bold?: boolean;
  indent?: number;
  /** Room below [pt]. */
  after?: number;
}

const MARGIN = 48;
const LEADING = 1.32;

/**
 * Sets words, tables and figures down the page and begins a new one where they do not fit.
 */
export class PdfSheet {
  readonly width: number;
  /** Distance from the top of the page to what comes next [pt]. */
  private top = 0;
  private readonly bottom: number;

  private constructor(
    private readonly pen: PdfPen,
    private readonly footer: string,
  ) {
    this.width = pen.width - 2 * MARGIN;
    this.bottom = pen.height - MARGIN;
    this.newPage();
  }

  static async open(document: PDFDocument, { paper, footer }: SheetOptions): Promise<PdfSheet> {
    return new PdfSheet(await PdfPen.open(document, paper), footer);
  }

  newPage(): void {
    this.pen.newPage();
    this.top = MARGIN;
  }

  /** Room left on this page [pt]. */
  get room(): number {
    return this.bottom - this.top;
  }

  /** Begins a new page unless so much room is left. */
  need(height: number): void {
    if (this.room < height) this.newPage();
  }

  space(height: number): void {
    this.top += height;
  }

  heading(text: string, size = 13): void {
    this.need(size * 4);
    this.space(size * 0.6);
    this.text(text, { size, bold: true, after: 2 });
    if (size >= 12) this.rule();
    this.space(3);
  }

  rule(): void {
    this.shape({
      kind: 'polyline',
      points: [
        [0, 0],
        [this.width, 0],
      ],
      stroke: '#888888',
      width: 0.6,
    });
    this.space(2);
  }

  text(text: string, { size = 9.5, bold = false, indent = 0, after = 0 }: TextOptions = {}): void {
    for (const line of this.pen.wrap(text, this.width - indent, { size, bold })) {
      this.need(size * LEADING);
      this.put(line, indent, { size, bold });
      this.space(size * LEADING);
    }
    this.space(after);
  }

  list(items: readonly string[], none: string): void {
    if (items.length === 0) return this.text(none, { after: 2 });
    for (const item of items) {
      this.need(9.5 * LEADING);
      this.put('•', 2, { size: 9.5, bold: false });
      this.text(item, { indent: 12, after: 2 });
    }
  }

  /** What and value, one below the other; short neighbours share a line. */
  facts(
    rows: readonly (readonly [string, string])[],
    { label = 92, size = 9.5, framed = false } = {},
  ): void {
    const inset = framed ? 6 : 0;
    const half = this.width / 2;
    const short = (row: (typeof rows)[number] | undefined): boolean =>
      row !== undefined &&
      this.pen.wrap(row[1], half - label - 8, { size, bold: false }).length <= 1 &&
      this.pen.wrap(row[0], label - 6, { size, bold: true }).length <= 1;
    for (let i = 0; i < rows.length; i++) {
      const pair = short(rows[i]) && short(rows[i + 1]);
      const cells = pair ? [rows[i]!, rows[++i]!] : [rows[i]!];
      const columns = cells.map(([name, value], k) => ({
        left: k * half + inset,
        names: this.pen.wrap(name, label - 6, { size, bold: true }),
        lines: this.pen.wrap(value, (pair ? half : this.width) - label - 2 * inset, {
          size,
          bold: false,
        }),
      }));
      const count = Math.max(
        ...columns.map(({ names, lines }) => Math.max(names.length, lines.length)),
      );
      this.need(size * LEADING * Math.min(4, count));
      if (framed) this.cell(count * size * LEADING + 5, pair ? half : null);
      for (let line = 0; line < count; line++) {
        this.need(size * LEADING);
        for (const { left, names, lines } of columns) {
          if (names[line]) this.put(names[line]!, left, { size, bold: true });
          if (lines[line]) this.put(lines[line]!, left + label, { size, bold: false });
        }
        this.space(size * LEADING);
      }
      if (framed) this.space(3);
    }
  }

  /** The frame of a row of a title block, parted where it holds two facts. */
  private cell(height: number, partedAt: number | null): void {
    const stroke = { stroke: '#888888', width: 0.5 };
    const frame = rectangle(0, 0, this.width, height);
    this.shape({ kind: 'polygon', points: frame, ...stroke });
    if (partedAt !== null) {
      const line: Point[] = [
        [partedAt, 0],
        [partedAt, height],
      ];
      this.shape({ kind: 'polyline', points: line, ...stroke });
    }
    this.space(2);
  }

  /** A letter in a box, and words beside it. */
  headline(letter: string, words: string): void {
    const side = 34;
    const size = 11;
    const lines = this.pen.wrap(words, this.width - side - 12, { size, bold: true });
    const height = Math.max(side, lines.length * size * LEADING);
    this.need(height + 8);
    const box = rectangle(0, 0, side, side);
    this.shape({ kind: 'polygon', points: box, stroke: '#000000', width: 1.6 });
    this.shape({
      kind: 'text',
      at: [side / 2, 25],
      text: letter,
      size: 22,
      bold: true,
      anchor: 'middle',
    });
    lines.forEach((text, i) => {
      const top = (height - lines.length * size * LEADING) / 2;
      const at: Point = [side + 12, top + (i + 0.75) * size * LEADING];
      this.shape({ kind: 'text', at, text, size, bold: true });
    });
    this.space(height + 8);
  }

  /** Table with ruled rows; the head is repeated on each page. `shares` part the width. */
  table(
    head: readonly string[],
    rows: readonly (readonly string[])[],
    shares: readonly number[],
  ): void {
    const total = shares.reduce((sum, share) => sum + share, 0);
    const widths = shares.map((share) => (share / total) * this.width);
    const setRow = (cells: readonly string[], bold: boolean): void => {
      const size = 8.5;
      const wrapped = cells.map((cell, i) => this.pen.wrap(cell, widths[i]! - 7, { size, bold }));
      const height = Math.max(1, ...wrapped.map(({ length }) => length)) * size * LEADING + 5;
      if (!bold && this.room < height) {
        this.newPage();
        setRow(head, true);
      }
      let left = 0;
      wrapped.forEach((lines, i) => {
        const box: Point[] = [
          [left, 0],
          [left + widths[i]!, 0],
          [left + widths[i]!, height],
          [left, height],
        ];
        this.shape({
          kind: 'polygon',
          points: box,
          fill: bold ? '#e6e6e6' : undefined,
          stroke: '#888888',
          width: 0.5,
        });
        lines.forEach((line, k) => {
          const at: Point = [left + 3.5, 2 + (k + 0.8) * size * LEADING];
          this.shape({ kind: 'text', at, text: line, size, bold });
        });
        left += widths[i]!;
      });
      this.space(height);
    };
    this.need(70);
    setRow(head, true);
    for (const row of rows) setRow(row, false);
    this.space(4);
  }

  figure(figure: Figure, { picture, left = 0 }: { picture?: PDFImage; left?: number } = {}): void {
    this.need(figure.height);
    for (const shape of figure.shapes) this.shape(shape, left, picture);
    this.space(figure.height);
  }

  /** Page numbers, once all pages are there. */
  close(): void {
    const letters = { size: 7.5, bold: false };
    this.pen.eachPage((index, count) => {
      this.top = this.pen.height - MARGIN + 14;
      const text = `Page ${index + 1} of ${count}`;
      const room = this.width - this.pen.widthOf(text, letters) - 12;
      const [footer] = this.pen.wrap(this.footer, room, letters);
      this.put(footer ?? '', 0, letters);
      const at: Point = [this.width, letters.size * 0.95];
      this.shape({ kind: 'text', at, text, size: letters.size, anchor: 'end' });
    });
  }

  private put(line: string, left: number, { size, bold }: Letters): void {
    this.shape({ kind: 'text', at: [left, size * 0.95], text: line, size, bold });
  }

  /** Draws a shape where the page has come to. */
  private shape(shape: Shape, left = 0, picture?: PDFImage): void {
    this.pen.draw(shape, [MARGIN + left, this.top], picture);
  }
}
