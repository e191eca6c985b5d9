// Makes ocr_b_glyphs.c: each character of OCR-B in a cell of 32 x 44 dots, 32 dots being the pitch.
// usage: node ocr_b_glyphs.mjs OCRB.otf >ocr_b_glyphs.c (the font is Debian's fonts-ocr-b; needs ffmpeg)
import { execFileSync } from 'node:child_process';

const CHARACTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<';
const WIDTH = 32;
const HEIGHT = 44;
const FONT_SIZE = 800; // large, then averaged down
const font = process.argv[2];

function render(text, width, height) {
  const filter = `drawtext=fontfile=${font}:text='${text}':fontsize=${FONT_SIZE}:x=100:y=100:fontcolor=white`;
  const pixels = execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', `color=black:s=${width}x${height}:d=0.04`,
    '-vf', filter, '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'gray', '-'], { maxBuffer: 1 << 28 });
  return (x, y) => (x >= 0 && y >= 0 && x < width && y < height ? pixels[y * width + x] : 0);
}

// Where ink begins and ends, each way.
function extent(at, width, height) {
  const box = { left: width, right: -1, top: height, bottom: -1 };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (at(x, y) < 128) continue;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x);
      box.top = Math.min(box.top, y);
      box.bottom = Math.max(box.bottom, y);
    }
  }
  return box;
}

const wide = extent(render('HHHHHHHHHHH', 8000, 1200), 8000, 1200);
const one = extent(render('H', 1600, 1200), 1600, 1200);
const pitch = (wide.right - one.right) / 10;
const dot = pitch / WIDTH;
const middleX = (one.left + one.right) / 2; // of every cell: the font has one width
const middleY = one.bottom - one.top;

const rows = [...CHARACTERS].map((character) => {
  // Drawtext puts the top of what it draws at y, so each is drawn beside an H and then cut off.
  const at = render(`H${character}`, 3200, 1400);
  const h = extent((x, y) => (x < one.right + 5 ? at(x, y) : 0), 3200, 1400);
  const centre = (h.top + h.bottom) / 2;
  const bits = [];
  for (let row = 0; row < HEIGHT; row++) {
    let value = 0;
    for (let column = 0; column < WIDTH; column++) {
      let sum = 0;
      for (let i = 0; i < 16; i++) {
        const x = middleX + pitch + (column + (i % 4) / 4 + 1 / 8 - WIDTH / 2) * dot;
        const y = centre + (row + Math.floor(i / 4) / 4 + 1 / 8 - HEIGHT / 2) * dot;
        sum += at(Math.round(x), Math.round(y));
      }
      value = value * 2 + (sum >= 16 * 128 ? 1 : 0);
    }
    bits.push(`0x${value.toString(16).padStart(8, '0')}`);
  }
  const lines = [];
  for (let i = 0; i < HEIGHT; i += 8) lines.push(`     ${bits.slice(i, i + 8).join(', ')},`);
  lines[0] = `    {${lines[0].trim()}`;
  lines[lines.length - 1] = `${lines[lines.length - 1].slice(0, -1)}}, /* ${character} */`;
  return lines.join('\n');
});

process.stderr.write(`pitch ${pitch}, capitals ${(middleY / pitch).toFixed(3)} of it\n`);
process.stdout.write(`/* Made by ocr_b_glyphs.mjs from OCRB.otf of Debian's fonts-ocr-b 0.3, whose authors (Matthew Skala,
 * after Norbert Schwarz) gave it to the public domain. A bit is a dot of ink, the highest bit the
 * left one. */
#include "identity/ocr_b.h"

const uint32_t ocr_b_glyphs[OCR_B_CHARACTERS][OCR_B_GLYPH_HEIGHT] = {
${rows.join('\n')}
};
`);
