/** The symbols of the timeline. Each has a shape of its own: the tone only repeats what the shape says. */
import type { SymbolName } from '../geometry/scene.ts';

const size = 5.5;

/** Draws a symbol around a point. `ground` fills what is hollow, so that lines end at its rim. */
export function drawSymbol(
  context: CanvasRenderingContext2D,
  symbol: SymbolName,
  x: number,
  y: number,
  color: string,
  ground: string,
): void {
  context.strokeStyle = color;
  context.fillStyle = color;
  context.lineWidth = 1.75;
  context.lineCap = 'round';
  context.setLineDash([]);
  switch (symbol) {
    case 'fault':
      bolt(context, x, y);
      context.fill();
      return;
    case 'star':
      star(context, x, y, size + 2.5);
      context.fill();
      return;
    case 'diamond':
      diamond(context, x, y, size);
      context.fill();
      return;
    case 'hollow':
      diamond(context, x, y, size);
      context.fillStyle = ground;
      context.fill();
      context.stroke();
      return;
    case 'crossed':
      diamond(context, x, y, size + 0.5);
      context.fillStyle = ground;
      context.fill();
      context.stroke();
      line(context, x - size - 1, y + size + 1, x + size + 1, y - size - 1);
      return;
    case 'cross':
    case 'cut':
      line(context, x - 4, y - 4, x + 4, y + 4);
      line(context, x - 4, y + 4, x + 4, y - 4);
      return;
    case 'stop':
      context.fillRect(x - 3.5, y - 3.5, 7, 7);
      return;
    case 'end':
      line(context, x, y - 7, x, y + 7);
      line(context, x - 3, y - 7, x, y - 7);
      line(context, x - 3, y + 7, x, y + 7);
      return;
    case 'alert':
      triangle(context, x, y, size + 2);
      context.fill();
      context.strokeStyle = ground;
      line(context, x, y - 2.5, x, y + 1.5);
      line(context, x, y + 4.25, x, y + 4.3);
      return;
    case 'question':
      diamond(context, x, y, size + 0.5);
      context.fillStyle = ground;
      context.fill();
      context.setLineDash([2, 2.2]);
      context.stroke();
      context.setLineDash([]);
      return;
  }
}

function line(context: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

function diamond(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.moveTo(x, y - radius);
  context.lineTo(x + radius, y);
  context.lineTo(x, y + radius);
  context.lineTo(x - radius, y);
  context.closePath();
}

function star(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  for (let point = 0; point < 10; point += 1) {
    const reach = point % 2 === 0 ? radius : radius * 0.45;
    const angle = (point / 10) * Math.PI * 2 - Math.PI / 2;
    context.lineTo(x + Math.cos(angle) * reach, y + Math.sin(angle) * reach);
  }
  context.closePath();
}

/** A flash of lightning. */
function bolt(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.beginPath();
  context.moveTo(x + 1.5, y - 7.5);
  context.lineTo(x - 4.5, y + 1);
  context.lineTo(x - 0.5, y + 1);
  context.lineTo(x - 1.5, y + 7.5);
  context.lineTo(x + 4.5, y - 1.5);
  context.lineTo(x + 0.5, y - 1.5);
  context.closePath();
}

function triangle(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.moveTo(x, y - radius);
  context.lineTo(x + radius, y + radius * 0.8);
  context.lineTo(x - radius, y + radius * 0.8);
  context.closePath();
}
