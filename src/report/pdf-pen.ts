import { StandardFonts, rgb } from 'pdf-lib';
import type { PDFDocument, PDFFont, PDFImage, PDFPage } from 'pdf-lib';
import type { Point, Shape } from './figure.ts';
import { toWinAnsi } from './win-ansi.ts';

/** Paper sizes [pt]. */
const PAPER = { letter: [612, 792], a4: [595.28, 841.89] } as const;

/** Size of the letters [pt], and their weight. */
export interface Letters {
  size: number;
  bold: boolean;
}

/**
 * Draws shapes onto the pages of a PDF, and knows how wide words are. Places are points from the
 * top left corner of the page. This is the one file, with the report itself, that knows the PDF
 * library.
 */
export class PdfPen {
  readonly width: number;
  readonly height: number;
  private page!: PDFPage;

  private constructor(
    private readonly document: PDFDocument,
    private readonly fonts: { plain: PDFFont; bold: PDFFont },
    private readonly paper: keyof typeof PAPER,
  ) {
    [this.width, this.height] = PAPER[paper];
  }

  static async open(document: PDFDocument, paper: keyof typeof PAPER): Promise<PdfPen> {
    const plain = await document.embedFont(StandardFonts.Helvetica);
    const bold = await document.embedFont(StandardFonts.HelveticaBold);
    return new PdfPen(document, { plain, bold }, paper);
  }

  /** Draws on a new page from now on. */
  newPage(): void {
    this.page = this.document.addPage([...PAPER[this.paper]]);
  }

  /** Comes back to each page in turn. */
  eachPage(draw: (index: number, count: number) => void): void {
    const pages = this.document.getPages();
    pages.forEach((page, index) => {
      this.page = page;
      draw(index, pages.length);
    });
  }

  /** Width of words set in one line [pt]. */
  widthOf(text: string, { size, bold }: Letters): number {
    return this.font(bold).widthOfTextAtSize(toWinAnsi(text), size);
  }

  /** Lines that fit; a word wider than the line, such as a hash, is cut where the line ends. */
  wrap(text: string, width: number, { size, bold }: Letters): string[] {
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

  /** Draws a shape whose own zero lies at a place of the page. */
  draw(shape: Shape, [x, down]: Point, picture?: PDFImage): void {
    const y = this.height - down;
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

  private font(bold = false): PDFFont {
    return bold ? this.fonts.bold : this.fonts.plain;
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
