import { StandardFonts, rgb } from 'pdf-lib';
import type { PDFDocument, PDFFont, PDFImage, PDFPage } from 'pdf-lib';
import { rectangle } from './figure.ts';
import type { Figure, Point, Shape } from './figure.ts';
import { toWinAnsi } from './win-ansi.ts';

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

/** Paper sizes [pt]. */
const PAPER = { letter: [612, 792], a4: [595.28, 841.89] } as const;
const MARGIN = 48;
const LEADING = 1.32;

/**
 * Sets words, tables and figures down the page and begins a new one where they do not fit. This is
 * the one file, with its caller, that knows the PDF library.
 */
export class PdfSheet {
  readonly width: number;
  private page!: PDFPage;
  /** Distance from the top of the page to what comes next [pt]. */
  private top = 0;
  private readonly bottom: number;

  private constructor(
    private readonly document: PDFDocument,
    private readonly fonts: { plain: PDFFont; bold: PDFFont },
    private readonly options: SheetOptions,
  ) {
    const [width, height] = PAPER[options.paper];
    this.width = width - 2 * MARGIN;
    this.bottom = height - MARGIN;
    this.newPage();
  }

  static async open(document: PDFDocument, options: SheetOptions): Promise<PdfSheet> {
    const plain = await document.embedFont(StandardFonts.Helvetica);
    const bold = await document.embedFont(StandardFonts.HelveticaBold);
    return new PdfSheet(document, { plain, bold }, options);
  }

  newPage(): void {
    this.page = this.document.addPage([...PAPER[this.options.paper]]);
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
    this.shape(
      {
        kind: 'polyline',
        points: [
          [0, 0],
          [this.width, 0],
        ],
        stroke: '#888888',
        width: 0.6,
      },
      [0, 0],
    );
    this.space(2);
  }

  text(text: string, { size = 9.5, bold = false, indent = 0, after = 0 }: TextOptions = {}): void {
    for (const line of this.wrap(text, this.width - indent, { size, bold })) {
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
      this.wrap(row[1], half - label - 8, { size, bold: false }).length <= 1 &&
      this.wrap(row[0], label - 6, { size, bold: true }).length <= 1;
    for (let i = 0; i < rows.length; i++) {
      const pair = short(rows[i]) && short(rows[i + 1]);
      const cells = pair ? [rows[i]!, rows[++i]!] : [rows[i]!];
      const columns = cells.map(([name, value], k) => ({
        left: k * half + inset,
        names: this.wrap(name, label - 6, { size, bold: true }),
        lines: this.wrap(value, (pair ? half : this.width) - label - 2 * inset, {
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
    this.shape({ kind: 'polygon', points: frame, ...stroke }, [0, 0]);
    if (partedAt !== null) {
      const line: Point[] = [
        [partedAt, 0],
        [partedAt, height],
      ];
      this.shape({ kind: 'polyline', points: line, ...stroke }, [0, 0]);
    }
    this.space(2);
  }

  /** A letter in a box, and words beside it. */
  headline(letter: string, words: string): void {
    const side = 34;
    const size = 11;
    const lines = this.wrap(words, this.width - side - 12, { size, bold: true });
    const height = Math.max(side, lines.length * size * LEADING);
    this.need(height + 8);
    const box = rectangle(0, 0, side, side);
    this.shape({ kind: 'polygon', points: box, stroke: '#000000', width: 1.6 }, [0, 0]);
    this.shape(
      { kind: 'text', at: [side / 2, 25], text: letter, size: 22, bold: true, anchor: 'middle' },
      [0, 0],
    );
    lines.forEach((text, i) => {
      const top = (height - lines.length * size * LEADING) / 2;
      const at: Point = [side + 12, top + (i + 0.75) * size * LEADING];
      this.shape({ kind: 'text', at, text, size, bold: true }, [0, 0]);
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
      const wrapped = cells.map((cell, i) => this.wrap(cell, widths[i]! - 7, { size, bold }));
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
        this.shape(
          {
            kind: 'polygon',
            points: box,
            fill: bold ? '#e6e6e6' : undefined,
            stroke: '#888888',
            width: 0.5,
          },
          [0, 0],
        );
        lines.forEach((line, k) => {
          const at: Point = [left + 3.5, 2 + (k + 0.8) * size * LEADING];
          this.shape({ kind: 'text', at, text: line, size, bold }, [0, 0]);
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
    for (const shape of figure.shapes) this.shape(shape, [left, 0], picture);
    this.space(figure.height);
  }

  /** Page numbers, once all pages are there. */
  close(): void {
    const pages = this.document.getPages();
    const [, height] = PAPER[this.options.paper];
    pages.forEach((page, i) => {
      this.page = page;
      this.top = height - MARGIN + 14;
      const number = `Page ${i + 1} of ${pages.length}`;
      const size = 7.5;
      const room = this.width - this.fonts.plain.widthOfTextAtSize(number, size) - 12;
      const [footer] = this.wrap(this.options.footer, room, { size, bold: false });
      this.put(footer ?? '', 0, { size, bold: false });
      this.shape(
        { kind: 'text', at: [this.width, size * 0.95], text: number, size, anchor: 'end' },
        [0, 0],
      );
    });
  }

  private put(line: string, left: number, { size, bold }: { size: number; bold: boolean }): void {
    this.shape({ kind: 'text', at: [left, size * 0.95], text: line, size, bold }, [0, 0]);
  }

  private font = (bold = false): PDFFont => (bold ? this.fonts.bold : this.fonts.plain);

  /** Lines that fit; a word wider than the line, such as a hash, is cut where the line ends. */
  private wrap(
    text: string,
    width: number,
    { size, bold }: { size: number; bold: boolean },
  ): string[] {
    const font = this.font(bold);
    // Letter by letter: whole strings are measured with kerning, and drawn without.
    const widthOf = (line: string): number =>
      [...line].reduce((sum, letter) => sum + font.widthOfTextAtSize(letter, size), 0);
    const fits = (line: string): boolean => widthOf(line) <= width;
    const lines: string[] = [];
    let line = '';
    for (let word of toWinAnsi(text).split(/ +/)) {
      const longer = line ? `${line} ${word}` : word;
      if (fits(longer)) {
        line = longer;
        continue;
      }
      if (line) lines.push(line);
      while (!fits(word) && word.length > 1) {
        let cut = word.length - 1;
        while (cut > 1 && !fits(word.slice(0, cut))) cut -= 1;
        lines.push(word.slice(0, cut));
        word = word.slice(cut);
      }
      line = word;
    }
    return line ? [...lines, line] : lines;
  }

  private shape(shape: Shape, [left, down]: Point, picture?: PDFImage): void {
    const [, height] = PAPER[this.options.paper];
    const x = MARGIN + left;
    const y = height - this.top - down;
    switch (shape.kind) {
      case 'polygon':
      case 'polyline':
        this.page.drawSvgPath(pathOf(shape.points, shape.kind === 'polygon'), {
          x,
          y,
          color: shape.kind === 'polygon' && shape.fill ? colourOf(shape.fill) : undefined,
          borderColor: shape.stroke ? colourOf(shape.stroke) : undefined,
          borderWidth: shape.stroke ? (shape.width ?? 1) : 0,
          borderDashArray: shape.dash ? [...shape.dash] : undefined,
          opacity: shape.opacity,
          borderOpacity: shape.opacity,
        });
        return;
      case 'lines':
        if (shape.lines.length === 0) return;
        this.page.drawSvgPath(shape.lines.map((line) => pathOf(line, false)).join(''), {
          x,
          y,
          borderColor: colourOf(shape.stroke),
          borderWidth: shape.width,
        });
        return;
      case 'text':
        this.words(shape, x, y);
        return;
      case 'picture':
        if (!picture) return;
        this.page.drawImage(picture, {
          x: x + shape.at[0],
          y: y - shape.at[1] - shape.height,
          width: shape.width,
          height: shape.height,
        });
    }
  }

  private words(shape: Extract<Shape, { kind: 'text' }>, x: number, y: number): void {
    const { at, size, anchor = 'start', bold, colour = '#000000', boxed } = shape;
    const font = this.font(bold);
    const text = toWinAnsi(shape.text);
    const width = font.widthOfTextAtSize(text, size);
    const left = x + at[0] - (anchor === 'end' ? width : anchor === 'middle' ? width / 2 : 0);
    if (boxed) {
      this.page.drawRectangle({
        x: left - 1,
        y: y - at[1] - size * 0.12,
        width: width + 2,
        height: size * 0.95,
        color: rgb(1, 1, 1),
        opacity: 0.85,
      });
    }
    this.page.drawText(text, { x: left, y: y - at[1], size, font, color: colourOf(colour) });
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;

const pathOf = (points: readonly Point[], closed: boolean): string =>
  `M${points.map(([x, y]) => `${round(x)} ${round(y)}`).join(' L')}${closed ? ' Z' : ' '}`;

function colourOf(hex: string) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
  return rgb(r!, g!, b!);
}
